// Capabilities, Get and Set on a real device process.

import { fromProto, toProto } from '@syncline/gnmi/path-proto.ts';
import { parsePath, printPath } from '@syncline/gnmi/path-text.ts';
import {
  CapabilityRequest,
  GetRequest_DataType as DataType,
  Encoding,
  GetRequest,
  UpdateResult_Operation as Op,
  SetRequest,
} from '@syncline/proto/gnmi.ts';
import { valueText } from '@syncline/testkit/gnmi-text.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { refusalOf } from '../datastore/refusal.ts';
import { DeviceUnderTest } from './device-under-test.ts';

let device: DeviceUnderTest;
beforeAll(async () => {
  device = await DeviceUnderTest.start({
    SYNCLINE_DEVICE_MAX_GET_LEAVES: '10',
    SYNCLINE_DEVICE_MAX_REQUEST: '64KiB',
  });
});
afterAll(() => device[Symbol.asyncDispose]());
beforeEach(async () => {
  await device.apply({}, '/');
  await device.apply({
    '/interfaces/interface[name=eth0]/config/mtu': 1500,
    '/interfaces/interface[name=eth0]/state/mtu': 1500,
    '/interfaces/interface[name=eth1]/state/mtu': 9000,
    '/system/state/hostname': 'leaf-1',
  });
});

const paths = (...texts: readonly string[]) => texts.map((text) => toProto(parsePath(text)));

const get = async (request: object) => {
  const { notification } = await device.gnmi.get(
    GetRequest.fromPartial({ encoding: Encoding.JSON, ...request }),
  );
  return notification.map(({ update }) =>
    update.map(({ path, val }) => `${printPath(fromProto(path))} ${valueText(val)}`),
  );
};

const json = (value: unknown) => ({
  value: { $case: 'jsonVal' as const, value: Buffer.from(JSON.stringify(value)) },
});
const update = (path: string, value: unknown) => ({ path: toProto(parsePath(path)), val: json(value) });

test('Capabilities names the version and the encodings', async () => {
  expect(await device.gnmi.capabilities({})).toMatchObject({
    gNMIVersion: '0.10.0',
    supportedEncodings: [Encoding.JSON, Encoding.JSON_IETF, Encoding.PROTO],
  });
});

test('Capabilities refuses the depth extension', async () => {
  const request = CapabilityRequest.fromPartial({
    extension: [{ ext: { $case: 'depth', value: { level: 1 } } }],
  });
  expect(await refusalOf(device.gnmi.capabilities(request))).toEqual([
    'INVALID_ARGUMENT',
    expect.stringMatching(/depth.*Capabilities/) as string,
  ]);
});

test('Get answers each path with one notification that is stamped', async () => {
  const before = BigInt(Date.now()) * 1_000_000n;
  const request = {
    prefix: { target: 'r1', elem: [{ name: 'interfaces' }] },
    path: paths('/interface[name=eth0]', '/interface[name=*]/state'),
  };
  const { notification } = await device.gnmi.get(
    GetRequest.fromPartial({ encoding: Encoding.JSON, ...request }),
  );
  expect(notification.map(({ prefix }) => prefix?.target)).toEqual(['r1', 'r1']);
  expect(notification.every(({ timestamp }) => timestamp >= before)).toBe(true);
  expect(await get(request)).toEqual([
    ['/interfaces/interface[name=eth0] {"config":{"mtu":1500},"state":{"mtu":1500}}'],
    [
      '/interfaces/interface[name=eth0]/state {"mtu":1500}',
      '/interfaces/interface[name=eth1]/state {"mtu":9000}',
    ],
  ]);
});

test('Get without a path, or of an empty one, is Get of the root', async () => {
  const whole = await get({});
  expect(whole[0]?.[0]).toMatch(/^\/ \{"interfaces":/);
  expect(await get({ path: [{}] })).toEqual(whole);
});

test('Get takes encodings, types and a depth', async () => {
  const [eth0] = paths('/interfaces/interface[name=eth0]');
  expect(await get({ path: [eth0], encoding: Encoding.PROTO })).toEqual([
    ['/interfaces/interface[name=eth0]/config/mtu 1500', '/interfaces/interface[name=eth0]/state/mtu 1500'],
  ]);
  expect(await get({ path: [eth0], type: DataType.CONFIG })).toEqual([
    ['/interfaces/interface[name=eth0] {"config":{"mtu":1500}}'],
  ]);
  const depth = { extension: [{ ext: { $case: 'depth', value: { level: 1 } } }] };
  expect(await get({ path: paths('/system/state'), ...depth })).toEqual([
    ['/system/state {"hostname":"leaf-1"}'],
  ]);
});

test.each<[string, object, string, RegExp]>([
  ['a path where nothing is', { path: paths('/nope') }, 'NOT_FOUND', /path\[0\].*\/nope/],
  ['encoding ASCII', { encoding: Encoding.ASCII }, 'UNIMPLEMENTED', /ASCII/],
  ['a type that does not exist', { type: 9 }, 'INVALID_ARGUMENT', /type.*9/],
  [
    'origin in prefix and path',
    { prefix: { origin: 'a' }, path: [{ origin: 'b' }] },
    'INVALID_ARGUMENT',
    /origin.*b/,
  ],
  ['a path that does not parse', { path: [{ element: ['a[b'] }] }, 'INVALID_ARGUMENT', /a\[b/],
  ['... with keys', { path: [{ elem: [{ name: '...', key: { a: 'b' } }] }] }, 'INVALID_ARGUMENT', /\.\.\./],
])('Get of %s is refused', async (_, request, code, details) => {
  expect(await refusalOf(get(request))).toEqual([code, expect.stringMatching(details) as string]);
});

test('Get of more leaves than allowed is refused', async () => {
  await device.apply(Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`/many[i=${i}]/v`, i])));
  expect(await refusalOf(get({ path: paths('/many') }))).toEqual([
    'RESOURCE_EXHAUSTED',
    expect.stringMatching(/more than 10 leaves/) as string,
  ]);
});

test('Set deletes, replaces and updates in this order, answers in it, and is seen by subscribers as one', async () => {
  using stream = device.subscribe({ paths: [{ path: '/system' }] });
  await stream.synced();
  const response = await device.gnmi.set(
    SetRequest.fromPartial({
      prefix: { target: 'r1' },
      update: [update('/system/config/hostname', 'new')],
      replace: [update('/system/state', { hostname: 'new', uptime: 1 })],
      delete: paths('/interfaces/interface[name=*]/config', '/absent'),
    }),
  );
  expect(response.prefix?.target).toBe('r1');
  expect(response.timestamp).toBeGreaterThan(0n);
  expect(response.response.map(({ op, path }) => [op, printPath(fromProto(path))])).toEqual([
    [Op.DELETE, '/interfaces/interface[name=*]/config'],
    [Op.DELETE, '/absent'],
    [Op.REPLACE, '/system/state'],
    [Op.UPDATE, '/system/config/hostname'],
  ]);
  await stream.until('the change', ({ lines }) => lines.length === 3);
  expect(stream.lines.at(-1)).toBe(
    '-/system/state +/system/state/hostname=new +/system/state/uptime=1 +/system/config/hostname=new',
  );
  expect((await device.control.status({})).sets.at(-1)?.update).toHaveLength(1);
});

test('an empty Set is success and is not remembered', async () => {
  const { sets } = await device.control.status({});
  expect((await device.gnmi.set(SetRequest.fromPartial({}))).response).toEqual([]);
  expect((await device.control.status({})).sets).toHaveLength(sets.length);
});

test.each<[string, object, string, RegExp]>([
  [
    'an update without a value',
    { update: [{ path: paths('/a')[0] }] },
    'INVALID_ARGUMENT',
    /update\[0\]\.val/,
  ],
  [
    'an update with a wildcard',
    { update: [update('/interfaces/interface[name=*]/x', 1)] },
    'INVALID_ARGUMENT',
    /wildcard/,
  ],
  [
    'an update that leaves out a key',
    { update: [update('/interfaces/interface/x', 1)] },
    'INVALID_ARGUMENT',
    /key name/,
  ],
  [
    'JSON that is none',
    { update: [{ path: paths('/a')[0], val: { value: { $case: 'jsonVal', value: Buffer.from('{') } } }] },
    'INVALID_ARGUMENT',
    /JSON/,
  ],
  [
    'an empty list entry',
    { replace: [update('/interfaces/interface[name=eth0]', {})] },
    'INVALID_ARGUMENT',
    /empty/,
  ],
  ['union_replace', { delete: [], unionReplace: [update('/a', 1)] }, 'UNIMPLEMENTED', /union/],
  ['a commit', { extension: [{ ext: { $case: 'commit', value: { id: 'c' } } }] }, 'UNIMPLEMENTED', /commit/],
  ['a depth', { extension: [{ ext: { $case: 'depth', value: { level: 1 } } }] }, 'INVALID_ARGUMENT', /depth/],
])('Set with %s is refused as a whole', async (_, request, code, details) => {
  const before = await get({});
  const bad = SetRequest.fromPartial({ delete: paths('/system'), ...request });
  expect(await refusalOf(device.gnmi.set(bad))).toEqual([code, expect.stringMatching(details) as string]);
  expect(await get({})).toEqual(before);
});

test('a request that is too long is refused and the connection lives on', async () => {
  const long = SetRequest.fromPartial({ update: [update('/a', 'x'.repeat(100_000))] });
  expect(await refusalOf(device.gnmi.set(long))).toEqual([
    'RESOURCE_EXHAUSTED',
    expect.stringMatching(/larger than max|65536/) as string,
  ]);
  expect(await get({ path: paths('/system/state/hostname') })).toEqual([['/system/state/hostname "leaf-1"']]);
});
