// Every fault of syncline.device.v1 on a real device process, as a gNMI client meets it.

import { Fault_PartialDump_Then as Then } from '@syncline/proto/device.ts';
import { Encoding, Notification, SetRequest } from '@syncline/proto/gnmi.ts';
import { valueText } from '@syncline/testkit/gnmi-text.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Status } from 'nice-grpc';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { refusalOf } from '../datastore/refusal.ts';
import { DeviceUnderTest, notificationOf } from './device-under-test.ts';

const ms = (value: number) => ({ seconds: 0n, nanos: value * 1e6 });

let device: DeviceUnderTest;
beforeAll(async () => {
  device = await DeviceUnderTest.start();
});
afterAll(() => device[Symbol.asyncDispose]());
beforeEach(async () => {
  await device.control.heal({});
  await device.apply({}, '/');
  await device.apply({ '/a': 0, '/b': 0, '/c': 0 });
});

const stream = () => device.subscribe({ paths: [{ path: '/' }] });
const synced = async () => {
  const subscription = stream();
  await subscription.synced();
  return subscription;
};
const armed = async () => (await device.control.status({})).armed.map(({ kind }) => kind?.$case);
const setA = SetRequest.fromPartial({
  update: [{ path: { elem: [{ name: 'a' }] }, val: { value: { $case: 'uintVal', value: 9n } } }],
});

test('stall: what is owed waits, for its time', async () => {
  using open = await synced();
  await device.misbehave({ $case: 'stall', value: { duration: ms(300) } });
  const start = performance.now();
  for (let value = 1; value <= 3; value++) await device.apply({ '/a': value });
  await open.until('the last value', ({ lines }) => lines.at(-1) === '+/a=3');
  expect(performance.now() - start).toBeGreaterThan(200);
  expect(open.lines).toHaveLength(3);
  expect(open.notifications.at(-1)?.update[0]?.duplicates).toBe(2);
  expect(await armed()).toEqual([]);
});

test('stall without a time: until Heal', async () => {
  await device.misbehave({ $case: 'stall', value: { duration: undefined } });
  using open = stream();
  await device.subscribers(1);
  expect(await armed()).toEqual(['stall']);
  expect(open.responses).toEqual([]);
  expect(await device.control.heal({})).toEqual({ disarmed: 1 });
  await open.synced();
});

test('cut: open streams end with the status, once', async () => {
  using open = await synced();
  await device.misbehave({ $case: 'cut', value: { code: Status.DATA_LOSS, text: 'flash worn out' } });
  expect(await open.end()).toMatchObject({ code: Status.DATA_LOSS, details: 'flash worn out' });
  using next = await synced();
  await device.misbehave({ $case: 'cut', value: { code: 0, text: '' } });
  expect(await next.end()).toMatchObject({ code: Status.UNAVAILABLE });
});

test('half_close: open streams end with OK', async () => {
  using open = await synced();
  await device.misbehave({ $case: 'halfClose', value: {} });
  expect(await open.end()).toMatchObject({ code: Status.OK, details: '' });
});

test('delay: each message waits', async () => {
  await device.misbehave({ $case: 'delay', value: { each: ms(150) } });
  const start = performance.now();
  using open = await synced();
  expect(performance.now() - start).toBeGreaterThan(290);
  expect(open.lines).toEqual(['+/a=0 +/b=0 +/c=0', 'sync']);
});

test('withhold_sync: the tree without its end, then changes', async () => {
  await device.misbehave({ $case: 'withholdSync', value: {} });
  using open = stream();
  await open.until('the tree', ({ lines }) => lines.length === 1);
  await device.apply({ '/a': 1 });
  await open.until('the change', ({ lines }) => lines.length === 2);
  expect(open.syncs).toBe(0);
});

test('repeat_sync: one more for everybody', async () => {
  using open = await synced();
  await device.misbehave({ $case: 'repeatSync', value: {} });
  await open.synced(2);
});

test.each([
  [Then.CUT, 'UNAVAILABLE', ['+/a=0 +/b=0']],
  [Then.SYNC, undefined, ['+/a=0 +/b=0', 'sync']],
  [Then.STALL, undefined, ['+/a=0 +/b=0']],
] as const)('partial_dump, then %i', async (then, code, lines) => {
  await device.misbehave({ $case: 'partialDump', value: { leaves: 2, then } });
  using open = stream();
  await open.until('what is sent', (reader) => reader.lines.length >= lines.length);
  if (code !== undefined) expect(Status[(await open.end()).code]).toBe(code);
  expect(open.lines).toEqual(lines);
});

test('hang_set: no answer until Heal, then the Set is carried out', async () => {
  await device.misbehave({ $case: 'hangSet', value: {} });
  expect(await refusalOf(device.gnmi.set(setA, { deadlineMs: 200 }))).toEqual([
    'DEADLINE_EXCEEDED',
    expect.anything() as string,
  ]);
  const set = device.gnmi.set(setA);
  await until(async () => (await device.control.status({})).calls['Set'], {
    deadlineMs: 5_000,
    describe: 'the second Set',
    accept: (count) => count === 2n,
  });
  expect((await device.control.status({})).sets).toEqual([]);
  await device.control.heal({});
  expect((await set).response).toHaveLength(1);
  expect((await device.control.status({})).sets).toHaveLength(1);
});

test('reject_set: the status, and nothing changes', async () => {
  await device.misbehave({
    $case: 'rejectSet',
    value: { code: Status.FAILED_PRECONDITION, text: 'locked by admin' },
  });
  using open = await synced();
  expect(await refusalOf(device.gnmi.set(setA))).toEqual(['FAILED_PRECONDITION', 'locked by admin']);
  await device.apply({ '/z': 1 });
  await open.until('the next change', ({ lines }) => lines.at(-1) === '+/z=1');
  expect(valueText(open.tree.get('/a'))).toBe('0');
});

test('flap: cut again and again, as often as told', async () => {
  await device.misbehave({ $case: 'flap', value: { every: ms(200), times: 2 } });
  using first = await synced();
  expect(await first.end()).toMatchObject({ code: Status.UNAVAILABLE });
  using second = await synced();
  expect(await second.end()).toMatchObject({ code: Status.UNAVAILABLE });
  await until(armed, {
    deadlineMs: 5_000,
    describe: 'the flap is over',
    accept: (kinds) => kinds.length === 0,
  });
});

test('burst: every update reaches a client that reads, the last values a client that does not', async () => {
  using quick = await synced();
  using slow = await synced();
  slow.pause();
  await device.misbehave({ $case: 'burst', value: { leaves: 1_000, updates: 50_000, perNotification: 10 } });
  await until(armed, {
    deadlineMs: 30_000,
    describe: 'the burst is over',
    accept: (kinds) => kinds.length === 0,
  });
  slow.resume();
  for (const it of [quick, slow]) {
    const accountedFor = () =>
      it.notifications
        .slice(1)
        .flatMap(({ update }) => update)
        .reduce((sum, { duplicates }) => sum + 1 + duplicates, 0);
    await until(accountedFor, {
      deadlineMs: 20_000,
      describe: 'every update was received or counted as a duplicate',
      accept: (count) => count === 50_000,
      everyMs: 100,
    });
    expect(it.tree.size).toBe(1_003);
    expect(valueText(it.tree.get('/burst/leaf[id=7]/value'))).toBe('49008');
  }
  expect(quick.notifications.slice(1).every(({ update }) => update.length === 10)).toBe(true);
});

test('skew_timestamps: shifted, and to and fro', async () => {
  using open = await synced();
  const hour = 3_600_000_000_000n;
  await device.misbehave({ $case: 'skewTimestamps', value: { offset: -hour, alternate: false } });
  await device.apply({ '/a': 1 });
  await open.until('the change', ({ lines }) => lines.at(-1) === '+/a=1');
  const now = BigInt(Date.now()) * 1_000_000n;
  expect(open.notifications.at(-1)?.timestamp).toBeLessThan(now - hour + 60_000_000_000n);
  await device.misbehave({ $case: 'skewTimestamps', value: { offset: hour, alternate: true } });
  await device.apply({ '/a': 2 });
  await device.apply({ '/a': 3 });
  await open.until('the last change', ({ lines }) => lines.at(-1) === '+/a=3');
  const [before, after] = open.notifications.slice(-2).map(({ timestamp }) => timestamp - now);
  expect([before !== undefined && before < 0n, after !== undefined && after > 0n]).toEqual([true, true]);
});

test('unknown_path and wrong_type: bad items inside the next good notification', async () => {
  using open = device.subscribe({ paths: [{ path: '/a' }] });
  await open.synced();
  await device.misbehave({ $case: 'unknownPath', value: {} });
  await device.misbehave({ $case: 'wrongType', value: {} });
  await device.apply({ '/a/x': 1 });
  await device.apply({ '/a/x': 2 });
  await open.until('both changes', ({ lines }) => lines.at(-1) === '+/a/x=2');
  expect(open.lines.at(-2)).toBe('+/a/x=1 +/unknown/leaf=nobody asked for this +/a/wrong-type={not json');
  expect(open.notifications.at(-2)?.update.at(-1)?.val?.value?.$case).toBe('jsonIetfVal');
});

test('huge_notification: one message of 20 MiB, and the tree is untouched', async () => {
  using open = await synced();
  await device.misbehave({ $case: 'hugeNotification', value: { bytes: 0 } });
  await open.until('the notification', ({ lines }) => lines.length === 3);
  const bytes = Notification.encode(open.notifications.at(-1) ?? Notification.fromPartial({})).finish()
    .length;
  expect(bytes).toBeGreaterThan(20 << 20);
  expect((await device.control.status({})).leaves).toBe(3n);
});

test('reject_subscribe: every Subscribe, until Heal', async () => {
  await device.misbehave({ $case: 'rejectSubscribe', value: { code: 0, text: 'no such path' } });
  using refused = stream();
  expect(await refused.end()).toMatchObject({ code: Status.INVALID_ARGUMENT, details: 'no such path' });
  await device.control.heal({});
  using open = await synced();
  expect(open.syncs).toBe(1);
});

test('advertise_encodings: Capabilities lists just these', async () => {
  await device.misbehave({ $case: 'advertiseEncodings', value: { encodings: [Encoding.ASCII] } });
  expect((await device.gnmi.capabilities({})).supportedEncodings).toEqual([Encoding.ASCII]);
});

test('hang_capabilities: no answer until Heal', async () => {
  await device.misbehave({ $case: 'hangCapabilities', value: {} });
  expect(await refusalOf(device.gnmi.capabilities({}, { deadlineMs: 200 }))).toEqual([
    'DEADLINE_EXCEEDED',
    expect.anything() as string,
  ]);
  const answer = device.gnmi.capabilities({});
  await device.control.heal({});
  expect((await answer).gNMIVersion).toBe('0.10.0');
});

test('Emit sends a notification as it is, to everybody, and leaves the tree alone', async () => {
  using open = device.subscribe({ target: 'r1', paths: [{ path: '/a' }] });
  await open.synced();
  const odd = Notification.fromPartial({
    timestamp: 1n,
    prefix: { target: 'other' },
    update: [{ duplicates: 7 }],
    delete: [{ elem: [{ name: '*' }] }],
  });
  expect(await device.control.emit({ notification: odd })).toEqual({ subscribers: 1 });
  await open.until('it', ({ lines }) => lines.length === 3);
  expect(open.notifications.at(-1)).toEqual(odd);
  expect((await device.control.status({})).leaves).toBe(3n);
});

test('Apply stamps with the timestamp it is given, and says how many leaves there are', async () => {
  using open = await synced();
  const { leaves, subscribers } = await device.control.apply({
    notification: { ...notificationOf({ '/d': 1 }, ['/a']), timestamp: 42n },
  });
  expect([leaves, subscribers]).toEqual([3n, 1]);
  await open.until('the change', ({ lines }) => lines.at(-1) === '-/a +/d=1');
  expect(open.notifications.at(-1)?.timestamp).toBe(42n);
});

test('Apply refuses a wildcard, a value that is missing and nothing at all', async () => {
  const apply = (notification: object | undefined) =>
    refusalOf(device.control.apply({ notification: notification && Notification.fromPartial(notification) }));
  expect(await apply(undefined)).toEqual([
    'INVALID_ARGUMENT',
    expect.stringContaining('notification') as string,
  ]);
  expect(await apply({ delete: [{ elem: [{ name: '*' }] }] })).toEqual([
    'INVALID_ARGUMENT',
    expect.stringMatching(/\/\*.*wildcard/) as string,
  ]);
  expect(await apply({ update: [{ path: { elem: [{ name: 'x' }] } }] })).toEqual([
    'INVALID_ARGUMENT',
    expect.stringMatching(/\/x.*no value/) as string,
  ]);
  expect(await refusalOf(device.control.misbehave({}))).toEqual([
    'INVALID_ARGUMENT',
    expect.stringContaining('fault') as string,
  ]);
  expect((await device.control.status({})).leaves).toBe(3n);
});
