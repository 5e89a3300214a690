// What the NSP refuses, and what it takes silently because Meridio's does: a row each.

import { readFile } from 'node:fs/promises';
import { NspAdminServiceDefinition } from '@syncline/proto/nsp-admin.ts';
import {
  Target_Status as Status,
  type Target,
  Target_Type as Type,
} from '@syncline/proto/nsp-targetregistry.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { ClientError, Status as Code } from 'nice-grpc-common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aTarget, demo, first, NspUnderTest, trench, Watch, watchTargets, web } from './nsp-under-test.ts';

let nsp: NspUnderTest;

beforeAll(async () => {
  nsp = await NspUnderTest.start(await readFile(demo, 'utf8'));
});
afterAll(() => nsp[Symbol.asyncDispose]());

const ip = '172.16.0.5/24';

test.each<[string, Target, string]>([
  ['no address', aTarget(ip, { ips: [] }), 'ips: a target without an address'],
  ['an address that does not parse', aTarget('172.16.0.256/24'), 'ips[0] "172.16.0.256/24": not an address'],
  ['the second address', aTarget(ip, { ips: [ip, ''] }), 'ips[1] "": not an address'],
  ['a VIP', aTarget('20.0.0.1/32'), 'ips[0] "20.0.0.1/32": is of the VIP 20.0.0.1/32'],
  ['no stream', aTarget(ip, { stream: undefined }), 'stream.name: is missing'],
  ['a stream without a name', aTarget(ip, { stream: { ...web, name: '' } }), 'stream.name: is missing'],
  ['no conduit', aTarget(ip, { stream: { ...web, conduit: undefined } }), 'stream.conduit.name: is missing'],
  [
    'no trench',
    aTarget(ip, { stream: { ...web, conduit: { ...web.conduit, trench: undefined } } }),
    'stream.conduit.trench.name: is missing',
  ],
  [
    'NUL in the name of the stream',
    aTarget(ip, { stream: { ...web, name: 'a\0b' } }),
    'stream.name "a\\u0000b": a name has letters',
  ],
  [
    'a name of 15,000 characters',
    aTarget(ip, { stream: { ...web, name: 'x'.repeat(15_000) } }),
    'longer than 63 characters',
  ],
  ['the status ANY', aTarget(ip, { status: Status.ANY }), 'status "2": must be ENABLED (0) or DISABLED (1)'],
  ['a status out of the enum', aTarget(ip, { status: 3 as Status }), 'status "3": must be'],
  [
    'a type out of the enum',
    aTarget(ip, { type: 2 as Type }),
    'type "2": must be DEFAULT (0) or FRONTEND (1)',
  ],
  [
    'an identifier out of range',
    aTarget(ip, { context: { identifier: '10001' } }),
    'context.identifier "10001": must be a whole number from 1 to 10000',
  ],
  ['an identifier that is none', aTarget(ip, { context: { identifier: 'x' } }), 'context.identifier "x"'],
  [
    'a frontend without a name',
    aTarget('', { type: Type.FRONTEND, stream: undefined }),
    'ips[0] "": the host name is empty',
  ],
])(
  'Register with %s is INVALID_ARGUMENT, says which field, and stores nothing',
  async (_, target, details) => {
    const before = await readMetric(nsp.service.adminPort, 'nsp_calls_refused_total', { reason: 'invalid' });
    const refusal: unknown = await nsp.registry.register(target).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ClientError);
    expect(refusal).toMatchObject({
      code: Code.INVALID_ARGUMENT,
      details: expect.stringContaining(details) as string,
    });
    expect([await nsp.targets(), await nsp.targets(Type.FRONTEND)]).toEqual([[], []]);
    expect(await readMetric(nsp.service.adminPort, 'nsp_calls_refused_total', { reason: 'invalid' })).toBe(
      before + 1,
    );
  },
);

test.each<[string, Target]>([
  ['who was never there', aTarget(ip)],
  ['no address', aTarget(ip, { ips: [] })],
  ['an address that is none', aTarget('here')],
  ['no stream', aTarget(ip, { stream: undefined })],
  ['the status ANY', aTarget(ip, { status: Status.ANY })],
  ['a type out of the enum', aTarget(ip, { type: 9 as Type })],
  ['a stream that cannot be called that', aTarget(ip, { stream: { ...web, name: 'a\0b' } })],
])('Unregister of %s is OK, as upstream', async (_, target) => {
  expect(await nsp.registry.unregister(target)).toEqual({});
});

test('Register for a stream that is not configured is OK, as upstream', async () => {
  const target = aTarget(ip, { stream: { ...web, name: 'later' } });
  await nsp.registry.register(target);
  expect(await nsp.targets()).toMatchObject([{ stream: { name: 'later' } }]);
  await nsp.registry.unregister(target);
});

test('a request that is too long is RESOURCE_EXHAUSTED', async () => {
  const target = aTarget(ip, { context: { identifier: '1', note: 'x'.repeat(20_000) } });
  await expect(nsp.registry.register(target)).rejects.toMatchObject({ code: Code.RESOURCE_EXHAUSTED });
});

test.each([
  [
    'WatchConduit without a trench',
    async () => (await first(nsp.configuration.watchConduit({ name: 'edge' }))).conduits,
  ],
  ['WatchStream without a conduit', async () => (await first(nsp.configuration.watchStream({}))).streams],
  [
    'WatchStream without a trench',
    async () => (await first(nsp.configuration.watchStream({ conduit: { name: 'edge' } }))).streams,
  ],
  [
    'WatchFlow without a stream',
    async () => (await first(nsp.configuration.watchFlow({ name: 'web' }))).flows,
  ],
  ['WatchVip without a trench', async () => (await first(nsp.configuration.watchVip({}))).vips],
  [
    'WatchAttractor without a trench',
    async () => (await first(nsp.configuration.watchAttractor({}))).attractors,
  ],
  ['WatchGateway without a trench', async () => (await first(nsp.configuration.watchGateway({}))).gateways],
  [
    'WatchTrench without a name',
    async () => [(await first(nsp.configuration.watchTrench({}))).trench].filter(Boolean),
  ],
  [
    'WatchTrench of another name',
    async () => [(await first(nsp.configuration.watchTrench({ name: 'other' }))).trench].filter(Boolean),
  ],
  [
    'WatchStream of an unknown name',
    async () => (await first(nsp.configuration.watchStream({ name: 'no', conduit: { trench } }))).streams,
  ],
  [
    'Watch with a status out of the enum',
    async () => (await first(nsp.registry.watch({ status: 7 as Status }))).targets,
  ],
] as const)('%s answers with an empty list at once, as upstream', async (_, answer) => {
  expect(await answer()).toEqual([]);
});

test('parents that are there without a name match all', async () => {
  const any = { name: '', trench: { name: '' } };
  const [conduits, streams, flows, vips] = await Promise.all([
    first(nsp.configuration.watchConduit(any)),
    first(nsp.configuration.watchStream({ conduit: any })),
    first(nsp.configuration.watchFlow({ stream: { conduit: any } })),
    first(nsp.configuration.watchVip({ trench })),
  ]);
  expect([conduits.conduits.length, streams.streams.length, flows.flows.length, vips.vips.length]).toEqual([
    2, 3, 3, 6,
  ]);
  expect((await first(nsp.configuration.watchTrench(trench))).trench).toEqual(trench);
  const [gateways, attractors] = await Promise.all([
    first(nsp.configuration.watchGateway({ trench })),
    first(nsp.configuration.watchAttractor({ trench })),
  ]);
  expect(gateways.gateways.map(({ protocol }) => protocol)).toEqual(['bgp', 'static']);
  expect(attractors.attractors[0]?.vips.length).toBe(6);
});

test.each([1, 99, 60_001])('WatchStatus every %d ms is INVALID_ARGUMENT', async (intervalMs) => {
  const admin = nsp.connection.client(NspAdminServiceDefinition);
  await expect(first(admin.watchStatus({ intervalMs }))).rejects.toMatchObject({
    code: Code.INVALID_ARGUMENT,
    details: `interval_ms ${intervalMs}: expected 100 to 60000, or 0 for 1000`,
  });
});

test('one watcher more than may be is RESOURCE_EXHAUSTED, and so is one target more; both name the setting', async () => {
  await using small = await NspUnderTest.start(await readFile(demo, 'utf8'), {
    watchers: '2',
    targets: '2',
    targetsPerStream: '1',
  });
  using one = watchTargets(small);
  using _ = watchTargets(small);
  await small.becomes('two watchers', ({ watchers }) => watchers.length === 2);
  using third = new Watch((options) => small.configuration.watchVip({ trench }, options));
  expect(await third.ended).toMatchObject({
    code: Code.RESOURCE_EXHAUSTED,
    details: 'no room for more watchers: SYNCLINE_NSP_WATCHERS is 2',
  });
  await small.registry.register(aTarget('10.0.0.1/24'));
  await expect(small.registry.register(aTarget('10.0.0.2/24'))).rejects.toMatchObject({
    code: Code.RESOURCE_EXHAUSTED,
    details: expect.stringContaining('SYNCLINE_NSP_TARGETS_PER_STREAM') as string,
  });
  await small.registry.register(aTarget('10.0.0.1/24', { stream: { ...web, name: 'dns' } }));
  await expect(
    small.registry.register(aTarget('10.0.0.1/24', { stream: { ...web, name: 'api' } })),
  ).rejects.toMatchObject({ details: 'no room for more targets: SYNCLINE_NSP_TARGETS is 2' });
  await one.until('both targets', ({ targets }) => targets.length === 2);
});
