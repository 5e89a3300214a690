// gNMI Subscribe on a real device process: a test for each row of the modes, and what a notification holds.

import { Encoding, Notification } from '@syncline/proto/gnmi.ts';
import { valueText } from '@syncline/testkit/gnmi-text.ts';
import { Status } from 'nice-grpc';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { DeviceUnderTest } from './device-under-test.ts';

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
  using once = device.subscribe({ mode: 'ONCE', paths: [{ path: '/a' }] });
  expect(await once.end()).toMatchObject({ code: Status.OK, details: '' });
  expect(once.lines).toEqual(['+/a/x=1 +/a/y=2', 'sync']);
});

test('ONCE with updates_only: sync_response, OK', async () => {
  using once = device.subscribe({ mode: 'ONCE', updatesOnly: true, paths: [{ path: '/' }] });
  expect(await once.end()).toMatchObject({ code: Status.OK, details: '' });
  expect(once.lines).toEqual(['sync']);
});

test('POLL: a full set at first and for each poll; half-close ends it with OK', async () => {
  using poll = device.subscribe({ mode: 'POLL', paths: [{ path: '/b' }] });
  await poll.synced();
  await device.apply({ '/b': 4 });
  poll.poll();
  poll.poll();
  await poll.synced(3);
  poll.halfClose();
  expect(await poll.end()).toMatchObject({ code: Status.OK, details: '' });
  expect(poll.lines).toEqual(['+/b=3', 'sync', '+/b=4', 'sync', '+/b=4', 'sync']);
});

test('POLL with updates_only: sync_response, then full sets', async () => {
  using poll = device.subscribe({ mode: 'POLL', updatesOnly: true, paths: [{ path: '/b' }] });
  await poll.synced();
  poll.poll();
  await poll.synced(2);
  expect(poll.lines).toEqual(['sync', '+/b=3', 'sync']);
});

test('STREAM ON_CHANGE: everything, one sync_response, then changes and deletes as they come', async () => {
  using stream = device.subscribe({ paths: [{ path: '/a' }] });
  await stream.synced();
  await device.apply({ '/a/x': 5, '/b': 9 });
  await device.apply({ '/a/z': 1 }, '/a/y');
  await device.apply({}, '/a');
  await stream.until('the delete of /a', ({ lines }) => lines.at(-1) === '-/a');
  expect(stream.lines).toEqual(['+/a/x=1 +/a/y=2', 'sync', '+/a/x=5', '-/a/y +/a/z=1', '-/a']);
});

test('STREAM TARGET_DEFINED is sent on change', async () => {
  using stream = device.subscribe({ paths: [{ path: '/b', mode: 'TARGET_DEFINED' }] });
  await stream.synced();
  await device.apply({ '/b': 4 });
  await stream.until('the change', ({ lines }) => lines.at(-1) === '+/b=4');
});

test('STREAM with updates_only: sync_response first, then changes', async () => {
  using stream = device.subscribe({ updatesOnly: true, paths: [{ path: '/b' }] });
  await stream.synced();
  await device.apply({ '/b': 4 });
  await stream.until('the change', ({ lines }) => lines.length === 2);
  expect(stream.lines).toEqual(['sync', '+/b=4']);
});

test('STREAM SAMPLE: everything each interval, changed or not', async () => {
  using stream = device.subscribe({ paths: [{ path: '/b', mode: 'SAMPLE', sampleMs: 100 }] });
  await stream.until('three samples', ({ lines }) => lines.length >= 5);
  expect(stream.lines.slice(0, 5)).toEqual(['+/b=3', 'sync', '+/b=3', '+/b=3', '+/b=3']);
});

test('STREAM SAMPLE with suppress_redundant is silent while nothing changes, but for heartbeats', async () => {
  const sampled = { path: '/a', mode: 'SAMPLE', sampleMs: 100, suppressRedundant: true } as const;
  using silent = device.subscribe({ paths: [sampled] });
  using beating = device.subscribe({ paths: [{ ...sampled, heartbeatMs: 300 }] });
  await beating.until('two heartbeats', ({ lines }) => lines.length >= 4);
  expect(silent.lines).toEqual(['+/a/x=1 +/a/y=2', 'sync']);
  await device.apply({ '/a/x': 7 });
  await silent.until('the change', ({ lines }) => lines.length === 3);
  expect(silent.lines.at(-1)).toBe('+/a/x=7');
});

test('STREAM ON_CHANGE with a heartbeat repeats leaves that do not change', async () => {
  using stream = device.subscribe({ paths: [{ path: '/b', heartbeatMs: 100 }] });
  await stream.until('two heartbeats', ({ lines }) => lines.length >= 4);
  expect(stream.lines.slice(2, 4)).toEqual(['+/b=3', '+/b=3']);
});

test('STREAM goes on after the client has half-closed', async () => {
  using stream = device.subscribe({ paths: [{ path: '/b' }] });
  stream.halfClose();
  await stream.synced();
  await device.apply({ '/b': 4 });
  await stream.until('the change', ({ lines }) => lines.at(-1) === '+/b=4');
  stream[Symbol.dispose]();
  await device.subscribers(0);
});

test('a path that is not there keeps the stream open until it is', async () => {
  using stream = device.subscribe({ paths: [{ path: '/not/yet' }] });
  await stream.synced();
  await device.apply({ '/not/yet/there': 1 });
  await stream.until('the leaf', ({ lines }) => lines.at(-1) === '+/not/yet/there=1');
});

test('wildcards, missing keys and ... are followed', async () => {
  await device.apply({ '/l[k=1]/v': 1, '/l[k=2]/v': 2, '/l[k=2]/w': 2 });
  using stream = device.subscribe({ paths: [{ path: '/l[k=*]/v' }, { path: '/.../w' }] });
  await stream.synced();
  await device.apply({ '/l[k=3]/v': 3, '/m/w': 4, '/m/v': 4 });
  await stream.until('the new leaves', ({ lines }) => lines.length === 3);
  expect(stream.lines).toEqual(['+/l[k=1]/v=1 +/l[k=2]/v=2 +/l[k=2]/w=2', 'sync', '+/l[k=3]/v=3 +/m/w=4']);
});

test('the target of the prefix is repeated in every notification, and absent when there was none', async () => {
  using named = device.subscribe({ mode: 'ONCE', target: 'r1', paths: [{ path: '/b' }] });
  using unnamed = device.subscribe({ mode: 'ONCE', paths: [{ path: '/b' }] });
  await Promise.all([named.end(), unnamed.end()]);
  expect(named.notifications.map(({ prefix }) => prefix?.target)).toEqual(['r1']);
  expect(unnamed.notifications.map(({ prefix }) => prefix)).toEqual([undefined]);
});

test('every notification has a timestamp', async () => {
  const before = BigInt(Date.now()) * 1_000_000n;
  using once = device.subscribe({ mode: 'ONCE', paths: [{ path: '/' }] });
  await once.end();
  expect(once.notifications.every(({ timestamp }) => timestamp >= before)).toBe(true);
});

test.each([
  ['JSON', 'jsonVal', '"text"'],
  ['JSON_IETF', 'jsonIetfVal', '"text"'],
  ['PROTO', 'stringVal', 'text'],
] as const)('values are sent in %s', async (encoding, $case, text) => {
  await device.apply({ '/s': 'text' });
  using once = device.subscribe({
    mode: 'ONCE',
    encoding: Encoding[encoding],
    paths: [{ path: '/s' }],
  });
  await once.end();
  const value = once.notifications[0]?.update[0]?.val?.value;
  expect(value?.$case).toBe($case);
  expect(once.lines[0]).toBe(`+/s=${text}`);
});

test('an atomic notification is sent as one', async () => {
  using stream = device.subscribe({ paths: [{ path: '/' }] });
  await stream.synced();
  await device.control.apply({
    notification: Notification.fromPartial({
      prefix: { elem: [{ name: 'a' }] },
      atomic: true,
      update: [{ path: { elem: [{ name: 'x' }] }, val: { value: { $case: 'uintVal', value: 8n } } }],
    }),
  });
  await stream.until('the atomic notification', ({ lines }) => lines.at(-1) === 'atomic /a +/a/x=8');
  expect([...stream.tree].map(([path, value]) => [path, valueText(value)])).toEqual([
    ['/b', '3'],
    ['/a/x', '8'],
  ]);
});
