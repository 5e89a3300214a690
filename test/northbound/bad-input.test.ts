// What a gNMI client may do wrong: each ends with the status of the specification, names the field and the value, and
// changes nothing.

import { Encoding, gNMIDefinition, SubscriptionMode } from '@syncline/proto/gnmi.ts';
import { connect } from '@syncline/rpc/connect.ts';
import { GnmiReader } from '@syncline/testkit/gnmi-reader.ts';
import { Status } from 'nice-grpc-common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { refusalOf } from '../datastore/refusal.ts';
import { everything, FollowedDevice, once, pathOf, type Subscribed } from './followed-device.ts';

const leaves = { '/system/config/hostname': 'r1' };

let followed: FollowedDevice;
beforeAll(async () => {
  followed = await FollowedDevice.start(leaves);
});
afterAll(() => followed[Symbol.asyncDispose]());

test('Subscribe refuses each of these, and nobody is subscribed afterwards', async () => {
  const told = async (act: (reader: GnmiReader) => void) => {
    using reader = followed.reader();
    act(reader);
    const { code, details } = await reader.end();
    expect(reader.responses).toEqual([]);
    return `${Status[code]}: ${details}`;
  };
  const list = (value: Subscribed) => (reader: GnmiReader) =>
    reader.send({ request: { $case: 'subscribe', value } });
  const withPath = (path: object) => list({ ...everything, subscription: [{ path }] });

  expect(await told((reader) => reader.poll())).toMatch(/^INVALID_ARGUMENT: subscribe: the first message/);
  expect(await told((reader) => reader.halfClose())).toMatch(/^INVALID_ARGUMENT: subscribe: /);
  expect(await told(list({ ...everything, subscription: [] }))).toMatch(
    /^INVALID_ARGUMENT: subscribe.subscription: at least one/,
  );
  expect(await told(list({ ...everything, prefix: { target: 'nope' } }))).toBe(
    'NOT_FOUND: prefix.target "nope": there is no datastore of this name',
  );
  for (const [encoding, name] of [
    [Encoding.BYTES, 'BYTES'],
    [Encoding.ASCII, 'ASCII'],
  ] as const) {
    expect(await told(list({ ...everything, encoding }))).toMatch(
      new RegExp(`^UNIMPLEMENTED: subscribe.encoding "${name}": the encodings served are JSON, `),
    );
  }
  expect(await told(withPath({ element: ['a[b'] }))).toMatch(
    /^INVALID_ARGUMENT: subscribe.subscription\[0\].path.element "a\[b": .*column/,
  );
  expect(await told(withPath({ elem: [{ name: 'a' }, { name: '' }] }))).toMatch(
    /^INVALID_ARGUMENT: subscribe.subscription\[0\].path.element/,
  );
  expect(
    await told(
      list({
        ...everything,
        prefix: { target: 'r1', origin: 'openconfig' },
        subscription: [{ path: { origin: 'other' } }],
      }),
    ),
  ).toMatch(/^INVALID_ARGUMENT: subscribe.subscription\[0\].path.origin "other"/);
  const sampled = { path: pathOf('/'), mode: SubscriptionMode.SAMPLE, sampleInterval: 1n };
  expect(await told(list({ ...everything, subscription: [sampled] }))).toMatch(
    /^INVALID_ARGUMENT: subscribe.subscription\[0\].sample_interval "1": the minimum is/,
  );
  const defined = { path: pathOf('/'), sampleInterval: 1_000_000_000n };
  expect(await told(list({ ...everything, subscription: [defined] }))).toMatch(
    /^INVALID_ARGUMENT: subscribe.subscription\[0\].sample_interval "1000000000": it needs mode SAMPLE/,
  );
  expect(await told((reader) => reader.sendBytes(Buffer.from([0xff])))).toMatch(
    /^INVALID_ARGUMENT: gnmi.SubscribeRequest: cannot be decoded/,
  );
  expect(await told((reader) => reader.sendBytes(Buffer.alloc(5 << 20)))).toMatch(/^RESOURCE_EXHAUSTED: /);
  expect((await followed.datastore.status()).northbound?.subscribers).toBe(0);
});

test('a second subscribe and a poll out of place end the RPC', async () => {
  const request = { request: { $case: 'subscribe', value: everything } as const };
  using twice = followed.subscribe(everything);
  await twice.until('the initial set', ({ syncs }) => syncs === 1);
  twice.send(request);
  expect(await twice.end()).toMatchObject({
    code: Status.INVALID_ARGUMENT,
    details: 'subscribe: the RPC has a subscription already',
  });
  using polling = followed.subscribe(everything);
  polling.poll();
  expect((await polling.end()).details).toBe('poll: the RPC is in mode STREAM');
});

test('more polls than may wait end the RPC with RESOURCE_EXHAUSTED', async () => {
  using reader = followed.subscribe({ ...once, mode: 2 });
  for (let n = 0; n < 200; n++) reader.poll();
  expect((await reader.end()).code).toBe(Status.RESOURCE_EXHAUSTED);
});

test('a subscriber too many is refused while the others stay', async () => {
  await using crowded = await FollowedDevice.start(leaves, { SYNCLINE_DATASTORE_MAX_SUBSCRIBERS: '2' });
  using first = crowded.subscribe(everything);
  using second = crowded.subscribe(everything);
  await second.until('the initial set', ({ syncs }) => syncs === 1);
  using third = crowded.subscribe(everything);
  expect(await third.end()).toMatchObject({
    code: Status.RESOURCE_EXHAUSTED,
    details: '2 subscribers are served already; one must leave before another can be',
  });
  await crowded.device.apply({ '/system/config/hostname': 'x' });
  await first.until('the change', ({ updates }) => updates === 2);
});

test('Get, Set and Capabilities refuse with the field and the value', async () => {
  const gnmi = followed.datastore.connection.client(gNMIDefinition);
  const prefix = { target: 'r1' };
  expect(await refusalOf(gnmi.get({ prefix, path: [pathOf('/nope')] }))).toEqual([
    'NOT_FOUND',
    expect.stringContaining('/nope'),
  ]);
  expect(await refusalOf(gnmi.get({ prefix, encoding: Encoding.BYTES }))).toEqual([
    'UNIMPLEMENTED',
    'encoding "BYTES": the encodings served are JSON, JSON_IETF, PROTO',
  ]);
  expect(await refusalOf(gnmi.get({ prefix: { target: 'nope' } }))).toEqual([
    'NOT_FOUND',
    'prefix.target "nope": there is no datastore of this name',
  ]);
  expect(await refusalOf(gnmi.get({ prefix, type: 9 as 0 }))).toEqual([
    'INVALID_ARGUMENT',
    'type "9": there is no such type of data',
  ]);
  expect(await refusalOf(gnmi.get({ prefix, path: [{ target: 'r1' }] }))).toEqual([
    'INVALID_ARGUMENT',
    expect.stringMatching(/^path\[0\].target "r1"/),
  ]);
  expect(await refusalOf(gnmi.set({ prefix, delete: [pathOf('/system')] }))).toEqual([
    'UNIMPLEMENTED',
    expect.stringMatching(/^Set: /),
  ]);
  expect(
    await refusalOf(gnmi.capabilities({ extension: [{ ext: { $case: 'depth', value: { level: 2 } } }] })),
  ).toEqual(['INVALID_ARGUMENT', 'extension.depth "2": Capabilities cannot carry it']);
  expect((await followed.datastore.leaves()).get('/system/config/hostname')).toBe('r1');
});

test('wrong credentials are UNAUTHENTICATED for Subscribe as for Get', async () => {
  await using closed = await FollowedDevice.start(leaves);
  const secured = await closed.datastore.service.restart({
    env: { SYNCLINE_DATASTORE_USERNAME: 'admin', SYNCLINE_DATASTORE_PASSWORD: 'right' },
  });
  await using _ = secured;
  const as = (password: string) =>
    connect(secured.address, {
      security: { kind: 'plaintext' },
      identity: { kind: 'password', username: 'admin', password },
    });
  using wrong = as('wrong');
  using reader = GnmiReader.subscribe(wrong, everything);
  expect((await reader.end()).code).toBe(Status.UNAUTHENTICATED);
  expect((await refusalOf(wrong.client(gNMIDefinition).get({})))[0]).toBe('UNAUTHENTICATED');
  using right = as('right');
  using welcome = GnmiReader.subscribe(right, everything);
  await welcome.until('the initial set', ({ syncs, ended }) => syncs === 1 || ended !== undefined);
});
