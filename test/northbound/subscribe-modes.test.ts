// Every row of the modes of gNMI Subscribe (datastore.md 3.3) against real processes: what the device changes reaches
// subscribers of the datastore as the mode says.

import { Encoding, SubscriptionMode } from '@syncline/proto/gnmi.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Status } from 'nice-grpc-common';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { everything, FollowedDevice, once, pathOf, poll, valueAt } from './followed-device.ts';

const hostname = '/system/config/hostname';
const mtu = '/interfaces/interface[name=eth0]/config/mtu';
const leaves = { [hostname]: 'r1', [mtu]: 1500 };

let followed: FollowedDevice;
beforeAll(async () => {
  followed = await FollowedDevice.start({}, { SYNCLINE_DATASTORE_MIN_HEARTBEAT: '100ms' });
});
beforeEach(() => followed.reset(leaves));
afterAll(() => followed[Symbol.asyncDispose]());

test('ONCE: all leaves, sync_response, OK; with updates_only sync_response alone', async () => {
  using whole = followed.subscribe(once);
  expect(await whole.end()).toMatchObject({ code: Status.OK });
  expect([...whole.tree.keys()].sort()).toEqual(Object.keys(leaves).sort());
  expect(whole.responses.at(-1)?.response?.$case).toBe('syncResponse');
  using bare = followed.subscribe({ ...once, updatesOnly: true });
  expect(await bare.end()).toMatchObject({ code: Status.OK });
  expect(bare.responses.map(({ response }) => response?.$case)).toEqual(['syncResponse']);
});

test('POLL: a full set and sync_response at the start and for each poll, OK at the half-close', async () => {
  using reader = followed.subscribe(poll);
  await reader.until('the first set', ({ syncs }) => syncs === 1);
  expect(reader.updates).toBe(2);
  await followed.device.apply({ [mtu]: 9000 });
  await until(() => followed.datastore.leaves(), {
    deadlineMs: 10_000,
    describe: 'the change in running',
    accept: (held) => held.get(mtu) === '9000',
  });
  reader.poll();
  await reader.until('the second set', ({ syncs }) => syncs === 2);
  expect(reader.updates).toBe(4);
  expect(valueAt(reader, mtu)).toBe('9000');
  for (let n = 0; n < 5; n++) reader.poll();
  reader.halfClose();
  expect(await reader.end()).toMatchObject({ code: Status.OK });
  expect(reader.syncs).toBe(7);
});

test('STREAM ON_CHANGE: all leaves, one sync_response, then each change and delete', async () => {
  using reader = followed.subscribe(everything);
  await reader.until('the initial set', ({ syncs }) => syncs === 1);
  expect(reader.updates).toBe(2);
  await followed.device.apply({ [hostname]: 'r1-new' });
  await reader.until('the change', () => valueAt(reader, hostname) === 'r1-new');
  await followed.device.apply({}, '/interfaces');
  await reader.until('the delete', ({ tree }) => tree.size === 1);
  await followed.device.apply({ [mtu]: 1400 });
  await reader.until('the leaf that came back', () => valueAt(reader, mtu) === '1400');
  expect(reader.syncs).toBe(1);
});

test('STREAM with updates_only: sync_response first, then changes alone', async () => {
  using reader = followed.subscribe({ ...everything, updatesOnly: true });
  await reader.until('sync_response', ({ responses }) => responses.length === 1);
  expect(reader.syncs).toBe(1);
  await followed.device.apply({ [hostname]: 'x' });
  await reader.until('the change', ({ updates }) => updates === 1);
});

test('STREAM TARGET_DEFINED: as it changes', async () => {
  const subscription = [{ path: pathOf('/system'), mode: SubscriptionMode.TARGET_DEFINED }];
  using reader = followed.subscribe({ ...everything, subscription });
  await reader.until('the initial set', ({ syncs }) => syncs === 1);
  await followed.device.apply({ [hostname]: 'y', [mtu]: 1 });
  await reader.until('the change', () => valueAt(reader, hostname) === 'y');
  expect([...reader.tree.keys()]).toEqual([hostname]);
});

test('STREAM SAMPLE: every interval, only what changed when redundant values are suppressed, heartbeats all the same', async () => {
  const sample = { path: pathOf('/'), mode: SubscriptionMode.SAMPLE, sampleInterval: 100_000_000n };
  using all = followed.subscribe({ ...everything, subscription: [sample] });
  using changed = followed.subscribe({
    ...everything,
    subscription: [{ ...sample, suppressRedundant: true }],
  });
  using beating = followed.subscribe({
    ...everything,
    subscription: [{ ...sample, suppressRedundant: true, heartbeatInterval: 300_000_000n }],
  });
  await all.until('five samples', ({ updates }) => updates >= 12);
  expect(changed.updates).toBe(2);
  await beating.until('a heartbeat', ({ updates }) => updates >= 4);
  await followed.device.apply({ [hostname]: 'z' });
  await changed.until('the change', ({ updates }) => updates === 3);
  await followed.device.apply({}, '/system');
  await changed.until('the delete', ({ tree }) => tree.size === 1);
});

test('STREAM ON_CHANGE with a heartbeat repeats what did not change', async () => {
  const beating = { path: pathOf('/'), mode: SubscriptionMode.ON_CHANGE, heartbeatInterval: 100_000_000n };
  using reader = followed.subscribe({ ...everything, subscription: [beating] });
  await reader.until('two heartbeats', ({ updates }) => updates >= 6);
});

test('STREAM goes on after the half-close; a path that holds nothing yet keeps it open', async () => {
  const subscription = [{ path: pathOf('/not/yet/there'), mode: SubscriptionMode.ON_CHANGE }];
  using reader = followed.subscribe({ ...everything, subscription });
  await reader.until('sync_response', ({ syncs }) => syncs === 1);
  reader.halfClose();
  await followed.device.apply({ '/not/yet/there/leaf': 1 });
  await reader.until('the leaf', ({ tree }) => tree.size === 1);
});

test('wildcards, keys that are left out, and depth choose what is sent', async () => {
  const tree = {
    '/a/entry[k=1]/x': 1,
    '/a/entry[k=2]/x': 2,
    '/a/entry[k=2]/deep/y': 3,
    '/b/x': 4,
  };
  await followed.reset(tree);
  const chosen = async (path: string, depth = 0) => {
    const extension = depth === 0 ? [] : [{ ext: { $case: 'depth', value: { level: depth } } as const }];
    using reader = followed.reader();
    reader.send({
      request: { $case: 'subscribe', value: { ...once, subscription: [{ path: pathOf(path) }] } },
      extension,
    });
    await reader.end();
    return [...reader.tree.keys()].sort();
  };
  expect(await chosen('/a/entry[k=*]/x')).toEqual(['/a/entry[k=1]/x', '/a/entry[k=2]/x']);
  expect(await chosen('/a/entry/x')).toEqual(['/a/entry[k=1]/x', '/a/entry[k=2]/x']);
  expect(await chosen('/*/x')).toEqual(['/b/x']);
  expect(await chosen('/.../y')).toEqual(['/a/entry[k=2]/deep/y']);
  expect(await chosen('/a/entry[k=2]', 1)).toEqual(['/a/entry[k=2]/x']);
});

test('every encoding carries 64 bits exactly', async () => {
  await followed.reset({});
  const most = 18_446_744_073_709_551_615n;
  await followed.device.control.apply({
    notification: { update: [{ path: pathOf('/most'), val: { value: { $case: 'uintVal', value: most } } }] },
  });
  await followed.datastore.becomes('the leaf', (status) => status.leaves === 1n);
  const told = async (encoding: Encoding) => {
    using reader = followed.subscribe({ ...once, encoding });
    await reader.end();
    return [reader.tree.get('/most')?.value?.$case, valueAt(reader, '/most')];
  };
  expect(await told(Encoding.PROTO)).toEqual(['uintVal', String(most)]);
  expect(await told(Encoding.JSON)).toEqual(['jsonVal', String(most)]);
  expect(await told(Encoding.JSON_IETF)).toEqual(['jsonIetfVal', `"${most}"`]);
});
