// Requests that cannot be meant, and settings that cannot be used.

import { IPFamily } from '@syncline/proto/ipam-v1.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { Status } from 'nice-grpc-common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { child, IpamUnderTest } from './ipam-under-test.ts';

let ipam: IpamUnderTest;

beforeAll(async () => {
  ipam = await IpamUnderTest.start({ trench: 'demo', families: 'ipv4' });
});
afterAll(() => ipam[Symbol.asyncDispose]());

const { INVALID_ARGUMENT, FAILED_PRECONDITION, RESOURCE_EXHAUSTED } = Status;
const subnet = child('a').subnet;
test.for([
  ['without a subnet', { name: 'a' }, INVALID_ARGUMENT, 'conduit cannot be nil'],
  [
    'without a conduit',
    { name: 'a', subnet: { ...subnet, conduit: undefined } },
    INVALID_ARGUMENT,
    'conduit cannot be nil',
  ],
  [
    'without a trench',
    { name: 'a', subnet: { ...subnet, conduit: { name: 'edge' } } },
    INVALID_ARGUMENT,
    'trench cannot be nil',
  ],
  [
    'in a family that is none',
    { name: 'a', subnet: { ...subnet, ipFamily: 5 as IPFamily } },
    INVALID_ARGUMENT,
    'cannot allocate in this ip family',
  ],
  [
    'in a family that is off',
    child('a', { family: IPFamily.IPV6 }),
    INVALID_ARGUMENT,
    'cannot allocate in this ip family',
  ],
  ['in another trench', child('a', { trench: 'other' }), FAILED_PRECONDITION, 'no corresponding trench'],
  ['in a trench without a name', child('a', { trench: '' }), FAILED_PRECONDITION, 'no corresponding trench'],
  ['in a conduit without a name', child('a', { conduit: '' }), INVALID_ARGUMENT, 'subnet.conduit.name ""'],
  ['in a node without a name', child('a', { node: '' }), INVALID_ARGUMENT, 'subnet.node ""'],
  ['without a name', child(''), INVALID_ARGUMENT, 'name "": it is required'],
  ['with a long name', child('x'.repeat(1_025)), INVALID_ARGUMENT, 'SYNCLINE_IPAM_MAX_NAME'],
  ['with a message that is too long', child('x'.repeat(20_000)), RESOURCE_EXHAUSTED, 'larger than max'],
] as const)('a child %s is refused, and releasing it is OK', async ([, request, code, text]) => {
  await expect(ipam.ipam.allocate(request)).rejects.toMatchObject({
    code,
    details: expect.stringContaining(text) as string,
  });
  if (code !== RESOURCE_EXHAUSTED) expect(await ipam.ipam.release(request)).toEqual({});
  expect((await ipam.status()).counts).toMatchObject({ trenches: 0 });
});

test('refusals are counted by reason', async () => {
  const before = await readMetric(ipam.service.adminPort, 'ipam_refusals_total', { reason: 'invalid' });
  await expect(ipam.ipam.allocate(child(''))).rejects.toMatchObject({ code: INVALID_ARGUMENT });
  expect(await readMetric(ipam.service.adminPort, 'ipam_refusals_total', { reason: 'invalid' })).toBe(
    before + 1,
  );
});

test.for([
  ['a page size beyond the largest', { pageSize: 10_001 }, 'page_size 10001: expected 1 to 10000'],
  ['a page token of somebody else', { pageToken: 'x' }, 'page_token "x": expected next_page_token'],
] as const)('Status with %s is refused', async ([, request, text]) => {
  await expect(ipam.admin.status(request)).rejects.toMatchObject({
    code: INVALID_ARGUMENT,
    details: expect.stringContaining(text) as string,
  });
});

test('what is full is refused with what it is full of', async () => {
  await using small = await IpamUnderTest.start({
    ipv4Prefix: '10.0.0.0/28',
    ipv4Conduit: '29',
    ipv4Node: '30',
  });
  await small.allocate('a');
  await small.allocate('b');
  await expect(small.allocate('c')).rejects.toMatchObject({
    code: RESOURCE_EXHAUSTED,
    details: 'failed allocating (c): no more prefix available: node n1 has given out all of 10.0.0.0/30',
  });
  await small.allocate('a', { node: 'n2' });
  await expect(small.allocate('a', { node: 'n3' })).rejects.toThrow('conduit edge has given out every /30');
  await small.allocate('a', { conduit: 'core' });
  await expect(small.allocate('a', { conduit: 'more' })).rejects.toThrow(
    'trench demo has given out every /29',
  );
});

test('a limit that is met is named', async () => {
  await using small = await IpamUnderTest.start({ maxPrefixes: '3' });
  await small.allocate('a');
  await expect(small.allocate('b')).rejects.toMatchObject({
    code: RESOURCE_EXHAUSTED,
    details: expect.stringContaining('SYNCLINE_IPAM_MAX_PREFIXES') as string,
  });
});

test.for([
  [
    'a prefix that is none',
    { ipv4Prefix: '10.0.0.0' },
    'SYNCLINE_IPAM_IPV4_PREFIX=10.0.0.0: it has no prefix length',
  ],
  [
    'lengths that do not fit',
    { ipv6Node: '40' },
    'the node length 40 must be above the conduit length 56 (ipv6)',
  ],
  ['a setting that is none', { ipv4Prefixx: '10.0.0.0/8' }, 'did you mean SYNCLINE_IPAM_IPV4_PREFIX?'],
] as const)('a start with %s ends with 2', async ([, settings, text]) => {
  await expect(IpamUnderTest.start(settings)).rejects.toMatchObject({
    exit: { code: 2 },
    message: expect.stringContaining(text) as string,
  });
});
