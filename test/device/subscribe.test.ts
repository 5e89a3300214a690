// gNMI Subscribe on a real device process: a test for each row of the modes, and what goes wrong.

import { Encoding, Notification, SubscribeRequest } from '@syncline/proto/gnmi.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Status } from 'nice-grpc';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { DeviceUnderTest, notificationOf } from './device-under-test.ts';
import { GnmiSubscription, subscribeRequest } from './gnmi-subscription.ts';

let device: DeviceUnderTest;
beforeAll(async () => {
  device = await DeviceUnderTest.start();
});
afterAll(() => device[Symbol.asyncDispose]());
beforeEach(async () => {
  await device.control.heal({});
  await device.apply({}, '/');
  await device.apply({ '/a/x': 1, '/a/y': 2, '/b': 3 });
});

test('ONCE: everything, sync_response, OK', async () => {
  using once = GnmiSubscription.to(device.gnmi, { mode: 'ONCE', paths: [{ path: '/a' }] });
  expect(await once.ended).toEqual({ code: Status.OK, details: '' });
  expect(once.lines).toEqual(['+/a/x=1 +/a/y=2', 'sync']);
});

test('ONCE with updates_only: sync_response, OK', async () => {
  using once = GnmiSubscription.to(device.gnmi, { mode: 'ONCE', updatesOnly: true, paths: [{ path: '/' }] });
  expect(await once.ended).toEqual({ code: Status.OK, details: '' });
  expect(once.lines).toEqual(['sync']);
});

test('POLL: a full set at first and for each poll; half-close ends it with OK', async () => {
  using poll = GnmiSubscription.to(device.gnmi, { mode: 'POLL', paths: [{ path: '/b' }] });
  await poll.synced();
  await device.apply({ '/b': 4 });
  poll.poll();
  poll.poll();
  await poll.synced(3);
  poll.halfClose();
  expect(await poll.ended).toEqual({ code: Status.OK, details: '' });
  expect(poll.lines).toEqual(['+/b=3', 'sync', '+/b=4', 'sync', '+/b=4', 'sync']);
});

test('POLL with updates_only: sync_response, then full sets', async () => {
  using poll = GnmiSubscription.to(device.gnmi, { mode: 'POLL', updatesOnly: true, paths: [{ path: '/b' }] });
  await poll.synced();
  poll.poll();
  await poll.synced(2);
  expect(poll.lines).toEqual(['sync', '+/b=3', 'sync']);
});

test('STREAM ON_CHANGE: everything, one sync_response, then changes and deletes as they come', async () => {
  using stream = GnmiSubscription.to(device.gnmi, { paths: [{ path: '/a' }] });
  await stream.synced();
  await device.apply({ '/a/x': 5, '/b': 9 });
  await device.apply({ '/a/z': 1 }, '/a/y');
  await device.apply({}, '/a');
  await stream.received('the delete of /a', (lines) => lines.at(-1) === '-/a');
  expect(stream.lines).toEqual(['+/a/x=1 +/a/y=2', 'sync', '+/a/x=5', '-/a/y +/a/z=1', '-/a']);
});

test('STREAM TARGET_DEFINED is sent on change', async () => {
  using stream = GnmiSubscription.to(device.gnmi, { paths: [{ path: '/b', mode: 'TARGET_DEFINED' }] });
  await stream.synced();
  await device.apply({ '/b': 4 });
  await stream.received('the change', (lines) => lines.at(-1) === '+/b=4');
});

test('STREAM with updates_only: sync_response first, then changes', async () => {
  using stream = GnmiSubscription.to(device.gnmi, { updatesOnly: true, paths: [{ path: '/b' }] });
  await stream.synced();
  await device.apply({ '/b': 4 });
  await stream.received('the change', (lines) => lines.length === 2);
  expect(stream.lines).toEqual(['sync', '+/b=4']);
});

test('STREAM SAMPLE: everything each interval, changed or not', async () => {
  using stream = GnmiSubscription.to(device.gnmi, { paths: [{ path: '/b', mode: 'SAMPLE', sampleMs: 100 }] });
  await stream.received('three samples', (lines) => lines.length >= 5);
  expect(stream.lines.slice(0, 5)).toEqual(['+/b=3', 'sync', '+/b=3', '+/b=3', '+/b=3']);
});

test('STREAM SAMPLE with suppress_redundant is silent while nothing changes, but for heartbeats', async () => {
  const sampled = { path: '/a', mode: 'SAMPLE', sampleMs: 100, suppressRedundant: true } as const;
  using silent = GnmiSubscription.to(device.gnmi, { paths: [sampled] });
  using beating = GnmiSubscription.to(device.gnmi, { paths: [{ ...sampled, heartbeatMs: 300 }] });
  await beating.received('two heartbeats', (lines) => lines.length >= 4);
  expect(silent.lines).toEqual(['+/a/x=1 +/a/y=2', 'sync']);
  await device.apply({ '/a/x': 7 });
  await silent.received('the change', (lines) => lines.length === 3);
  expect(silent.lines.at(-1)).toBe('+/a/x=7');
});

test('STREAM ON_CHANGE with a heartbeat repeats leaves that do not change', async () => {
  using stream = GnmiSubscription.to(device.gnmi, { paths: [{ path: '/b', heartbeatMs: 100 }] });
  await stream.received('two heartbeats', (lines) => lines.length >= 4);
  expect(stream.lines.slice(2, 4)).toEqual(['+/b=3', '+/b=3']);
});

test('STREAM goes on after the client has half-closed', async () => {
  using stream = GnmiSubscription.to(device.gnmi, { paths: [{ path: '/b' }] });
  stream.halfClose();
  await stream.synced();
  await device.apply({ '/b': 4 });
  await stream.received('the change', (lines) => lines.at(-1) === '+/b=4');
  stream.cancel();
  await device.subscribers(0);
});

test('a path that is not there keeps the stream open until it is', async () => {
  using stream = GnmiSubscription.to(device.gnmi, { paths: [{ path: '/not/yet' }] });
  await stream.synced();
  await device.apply({ '/not/yet/there': 1 });
  await stream.received('the leaf', (lines) => lines.at(-1) === '+/not/yet/there=1');
});

test('wildcards, missing keys and ... are followed', async () => {
  await device.apply({ '/l[k=1]/v': 1, '/l[k=2]/v': 2, '/l[k=2]/w': 2 });
  using stream = GnmiSubscription.to(device.gnmi, { paths: [{ path: '/l[k=*]/v' }, { path: '/.../w' }] });
  await stream.synced();
  await device.apply({ '/l[k=3]/v': 3, '/m/w': 4, '/m/v': 4 });
  await stream.received('the new leaves', (lines) => lines.length === 3);
  expect(stream.lines).toEqual(['+/l[k=1]/v=1 +/l[k=2]/v=2 +/l[k=2]/w=2', 'sync', '+/l[k=3]/v=3 +/m/w=4']);
});

test('the target of the prefix is repeated in every notification, and absent when there was none', async () => {
  using named = GnmiSubscription.to(device.gnmi, { mode: 'ONCE', target: 'r1', paths: [{ path: '/b' }] });
  using unnamed = GnmiSubscription.to(device.gnmi, { mode: 'ONCE', paths: [{ path: '/b' }] });
  await Promise.all([named.ended, unnamed.ended]);
  expect(named.notifications.map(({ prefix }) => prefix?.target)).toEqual(['r1']);
  expect(unnamed.notifications.map(({ prefix }) => prefix)).toEqual([undefined]);
});

test('every notification has a timestamp', async () => {
  const before = BigInt(Date.now()) * 1_000_000n;
  using once = GnmiSubscription.to(device.gnmi, { mode: 'ONCE', paths: [{ path: '/' }] });
  await once.ended;
  expect(once.notifications.every(({ timestamp }) => timestamp >= before)).toBe(true);
});

test.each([
  ['JSON', 'jsonVal', '"text"'],
  ['JSON_IETF', 'jsonIetfVal', '"text"'],
  ['PROTO', 'stringVal', 'text'],
] as const)('values are sent in %s', async (encoding, $case, text) => {
  await device.apply({ '/s': 'text' });
  using once = GnmiSubscription.to(device.gnmi, {
    mode: 'ONCE',
    encoding: Encoding[encoding],
    paths: [{ path: '/s' }],
  });
  await once.ended;
  const value = once.notifications[0]?.update[0]?.val?.value;
  expect(value?.$case).toBe($case);
  expect(once.lines[0]).toBe(`+/s=${text}`);
});

test('an atomic notification is sent as one', async () => {
  using stream = GnmiSubscription.to(device.gnmi, { paths: [{ path: '/' }] });
  await stream.synced();
  await device.control.apply({
    notification: Notification.fromPartial({
      prefix: { elem: [{ name: 'a' }] },
      atomic: true,
      update: [{ path: { elem: [{ name: 'x' }] }, val: { value: { $case: 'uintVal', value: 8n } } }],
    }),
  });
  await stream.received('the atomic notification', (lines) => lines.at(-1) === 'atomic /a +/a/x=8');
  expect([...stream.leaves]).toEqual([
    ['/b', '3'],
    ['/a/x', '8'],
  ]);
});

test('a client that does not read gets the last values, with their duplicates; another is not held up', async () => {
  const text = 'x'.repeat(20_000);
  using slow = GnmiSubscription.to(device.gnmi, { paths: [{ path: '/big' }] });
  using quick = GnmiSubscription.to(device.gnmi, { paths: [{ path: '/big' }] });
  await Promise.all([slow.synced(), quick.synced()]);
  slow.pause();
  const rounds = 200;
  for (let round = 1; round <= rounds; round++) await device.apply({ '/big': `${round} ${text}` });
  await quick.received('the last value', (lines) => lines.at(-1)?.startsWith(`+/big=${rounds} `) === true);
  slow.resume();
  await slow.received('the last value', (lines) => lines.at(-1)?.startsWith(`+/big=${rounds} `) === true);
  const values = (it: GnmiSubscription) => it.notifications.flatMap(({ update }) => update);
  const duplicates = values(slow).reduce((sum, update) => sum + update.duplicates, 0);
  expect(duplicates).toBeGreaterThan(0);
  expect(values(slow).length + duplicates).toBe(rounds);
  expect(values(quick)).toHaveLength(rounds);
});

test('100,000 leaves arrive bundled, all before the sync_response', async () => {
  await using large = await DeviceUnderTest.start({
    SYNCLINE_DEVICE_SCRIPT: new URL('./testdata/large.yaml', import.meta.url).pathname,
  });
  using once = GnmiSubscription.to(large.gnmi, { mode: 'ONCE', paths: [{ path: '/' }] });
  expect(await once.ended).toEqual({ code: Status.OK, details: '' });
  const updates = once.notifications.reduce((sum, { update }) => sum + update.length, 0);
  expect(updates).toBe(100_000);
  expect(once.notifications.length).toBeLessThan(400);
  expect(once.messages.at(-1)?.response?.$case).toBe('syncResponse');
});

test.each<[string, SubscribeRequest, Status, RegExp]>([
  ['no subscription', subscribeRequest({ paths: [] }), Status.INVALID_ARGUMENT, /subscribe\.subscription/],
  [
    'a poll as the first message',
    SubscribeRequest.fromPartial({ request: { $case: 'poll', value: {} } }),
    Status.INVALID_ARGUMENT,
    /subscribe/,
  ],
  ['an empty first message', SubscribeRequest.fromPartial({}), Status.INVALID_ARGUMENT, /subscribe/],
  [
    'encoding BYTES',
    subscribeRequest({ encoding: Encoding.BYTES, paths: [{ path: '/' }] }),
    Status.UNIMPLEMENTED,
    /BYTES/,
  ],
  [
    'a sample interval that is too short',
    subscribeRequest({ paths: [{ path: '/', mode: 'SAMPLE', sampleMs: 1 }] }),
    Status.INVALID_ARGUMENT,
    /sample_interval.*1000000/,
  ],
  [
    'a sample interval with TARGET_DEFINED',
    subscribeRequest({ paths: [{ path: '/', mode: 'TARGET_DEFINED', sampleMs: 1_000 }] }),
    Status.INVALID_ARGUMENT,
    /sample_interval/,
  ],
  [
    'an unknown model',
    withList({ useModels: [{ name: 'acme' }] }),
    Status.INVALID_ARGUMENT,
    /use_models.*acme/,
  ],
  [
    'origin in prefix and path',
    withList({ prefix: { origin: 'a' }, subscription: [{ path: { origin: 'b' } }] }),
    Status.INVALID_ARGUMENT,
    /origin.*b/,
  ],
  [
    'a target in the path',
    withList({ subscription: [{ path: { target: 'r1' } }] }),
    Status.INVALID_ARGUMENT,
    /target.*r1/,
  ],
  [
    'an element without a name',
    withList({ subscription: [{ path: { elem: [{ name: '' }] } }] }),
    Status.INVALID_ARGUMENT,
    /path/,
  ],
  [
    'an old-form element that does not parse',
    withList({ subscription: [{ path: { element: ['a[b'] } }] }),
    Status.INVALID_ARGUMENT,
    /a\[b/,
  ],
  [
    'history',
    withExtension({ ext: { $case: 'history', value: { request: { $case: 'snapshotTime', value: 1n } } } }),
    Status.UNIMPLEMENTED,
    /history/,
  ],
  [
    'config_subscription',
    withExtension({ ext: { $case: 'configSubscription', value: { action: { $case: 'start', value: {} } } } }),
    Status.UNIMPLEMENTED,
    /config_subscription/,
  ],
])('%s is refused with the field and value', async (_, request, code, details) => {
  using stream = new GnmiSubscription(device.gnmi, request);
  const end = await stream.ended;
  expect(Status[end.code]).toBe(Status[code]);
  expect(end.details).toMatch(details);
  expect(stream.messages).toEqual([]);
});

test('a second subscribe, and a poll outside POLL, end the call', async () => {
  for (const request of [
    subscribeRequest({ paths: [{ path: '/' }] }),
    SubscribeRequest.fromPartial({ request: { $case: 'poll', value: {} } }),
  ]) {
    using stream = GnmiSubscription.to(device.gnmi, { paths: [{ path: '/' }] });
    await stream.synced();
    stream.send(request);
    const end = await stream.ended;
    expect(Status[end.code]).toBe('INVALID_ARGUMENT');
    expect(end.details).toMatch(/subscribe|poll/);
  }
  await device.subscribers(0);
});

test('a stream that is half-closed before it subscribed is refused', async () => {
  using stream = new GnmiSubscription(device.gnmi, undefined);
  stream.halfClose();
  expect(await stream.ended).toMatchObject({ code: Status.INVALID_ARGUMENT });
});

test('bytes that are no SubscribeRequest are refused', async () => {
  const stream = device.connection.raw('/gnmi.gNMI/Subscribe');
  const ended = Promise.withResolvers<number>();
  stream.onEnd(({ code }) => ended.resolve(code));
  stream.onMessage(() => {});
  stream.write(Buffer.from([0xff, 0xff, 0xff]));
  expect(await ended.promise).toBe(Status.INVALID_ARGUMENT);
});

test('a subscription beyond the limit is refused', async () => {
  await using small = await DeviceUnderTest.start({ SYNCLINE_DEVICE_MAX_SUBSCRIBERS: '1' });
  using first = GnmiSubscription.to(small.gnmi, { paths: [{ path: '/' }] });
  await first.synced();
  using second = GnmiSubscription.to(small.gnmi, { paths: [{ path: '/' }] });
  expect(await second.ended).toMatchObject({
    code: Status.RESOURCE_EXHAUSTED,
    details: expect.stringContaining('1 subscriptions') as string,
  });
});

test('a device that stops ends its streams with UNAVAILABLE and exits by itself', async () => {
  await using stopping = await DeviceUnderTest.start();
  using stream = GnmiSubscription.to(stopping.gnmi, { paths: [{ path: '/' }] });
  await stream.synced();
  stopping.service.kill('SIGTERM');
  expect(await stream.ended).toMatchObject({ code: Status.UNAVAILABLE });
  expect(await stopping.service.exited).toEqual({ code: 0, signal: null });
});

test('what was counted is in Status', async () => {
  await using fresh = await DeviceUnderTest.start();
  await fresh.control.apply({ notification: notificationOf({ '/a': 1, '/b': 2 }) });
  using once = GnmiSubscription.to(fresh.gnmi, { mode: 'ONCE', paths: [{ path: '/' }] });
  await once.ended;
  using open = GnmiSubscription.to(fresh.gnmi, { updatesOnly: true, paths: [{ path: '/' }] });
  await open.synced();
  const status = await until(() => fresh.control.status({}), {
    deadlineMs: 5_000,
    describe: 'one open subscription',
    accept: (it) => it.openSubscriptions === 1,
  });
  expect(status).toMatchObject({
    leaves: 2n,
    calls: { Subscribe: 2n, Get: 0n },
    notificationsSent: 1n,
    updatesSent: 2n,
    syncResponsesSent: 2n,
  });
});

function withList(list: object): SubscribeRequest {
  const value = { subscription: [{ path: {} }], ...list };
  return SubscribeRequest.fromPartial({
    request: { $case: 'subscribe', value: { encoding: Encoding.PROTO, ...value } },
  });
}

function withExtension(extension: object): SubscribeRequest {
  const request = subscribeRequest({ paths: [{ path: '/' }] });
  return SubscribeRequest.fromPartial({ ...request, extension: [extension] });
}
