// What devices and lines do to a session (faults F5–F8 and F13–F15 of the datastore's fault table), and that running is
// the device's tree again afterwards, with nothing dropped.

import { SessionState } from '@syncline/proto/datastore.ts';
import { Encoding } from '@syncline/proto/gnmi.ts';
import { TcpProxy } from '@syncline/testkit/tcp-proxy.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { DatastoreUnderTest, name } from '../datastore-under-test.ts';
import { DeviceUnderTest } from '../device/device-under-test.ts';
import { admin } from './clients.ts';
import { expectTree, leavesOf, prompt } from './session-faults.fixture.ts';

test('F5: a stream cut within the initial tree leaves running as it was, until a whole tree has come', async () => {
  await using device = await DeviceUnderTest.start();
  await using datastore = await DatastoreUnderTest.start({ ...prompt, SYNCLINE_DATASTORE_RETRY: '400ms' });
  await device.apply(leavesOf(50));
  await datastore.follow(device.service.port);
  await datastore.synced();
  const before = await datastore.status();

  await device.misbehave({ $case: 'partialDump', value: { leaves: 20, then: 1 } });
  await device.misbehave({ $case: 'cut', value: { code: 0, text: 'cut' } });
  const cut = await datastore.becomes(
    'two attempts cut short',
    ({ commits }) => (commits?.discarded ?? 0n) >= 2n,
  );
  expect(cut).toMatchObject({ synced: false, leaves: 50n, runningVersion: before.runningVersion });
  expect((await datastore.leaves()).size).toBe(50);
  await device.control.heal({});
  await datastore.synced();
  await expectTree(datastore, leavesOf(50));
});

test('F5: a stream cut right before or right after its sync_response ends in the same tree', async () => {
  await using device = await DeviceUnderTest.start();
  await using datastore = await DatastoreUnderTest.start(prompt);
  await device.apply(leavesOf(30));
  await device.misbehave({ $case: 'partialDump', value: { leaves: 30, then: 1 } });
  await datastore.follow(device.service.port);
  await datastore.becomes(
    'an attempt cut before its sync_response',
    ({ commits }) => (commits?.discarded ?? 0n) >= 1n,
  );
  expect((await datastore.leaves()).size).toBe(0);
  await device.control.heal({});
  for (let round = 1n; round <= 3n; round++) {
    await datastore.becomes(`tree ${round}`, ({ syncs }) => (syncs[0]?.ledger?.syncResponses ?? 0n) >= round);
    await device.misbehave({ $case: 'cut', value: { code: 0, text: 'cut' } });
  }
  await datastore.synced();
  await expectTree(datastore, leavesOf(30));
});

test('F6: what the device deletes while nobody listens is gone after the next sync', async () => {
  await using device = await DeviceUnderTest.start();
  await using line = await TcpProxy.open(device.service.port);
  await using datastore = await DatastoreUnderTest.start(prompt);
  await device.apply({ '/kept': 1, '/gone/a': 2, '/gone/b': 3 });
  await datastore.follow(line.port);
  await datastore.synced();
  line.refuse();
  line.cut();
  await datastore.becomes('the loss of the device', ({ connected }) => !connected);
  await device.apply({ '/kept': 4 }, '/gone');
  expect((await datastore.leaves()).size).toBe(3);
  await line.heal();
  await datastore.synced();
  await expectTree(datastore, { '/kept': 4 });
  expect((await datastore.sync()).ledger?.swept).toBe(2n);
});

test('F7: a device that never sends sync_response is not synced, the detail says why, and running stays', async () => {
  await using device = await DeviceUnderTest.start();
  await using datastore = await DatastoreUnderTest.start({
    ...prompt,
    SYNCLINE_DATASTORE_SYNC_DEADLINE: '500ms',
  });
  await device.apply(leavesOf(5));
  await device.misbehave({ $case: 'withholdSync', value: {} });
  await datastore.follow(device.service.port);
  const status = await datastore.becomes('an attempt given up', ({ syncs }) => syncs[0]?.detail !== '');
  expect(status.syncs[0]?.detail).toBe('no sync_response, and nothing else for 0.5 s');
  expect(status).toMatchObject({ synced: false, leaves: 0n });
  await datastore.becomes(
    'a further attempt',
    ({ syncs }) => (syncs[0]?.resyncs['sync_deadline'] ?? 0n) >= 1n,
  );
  await device.control.heal({});
  await datastore.synced();
  await expectTree(datastore, leavesOf(5));
});

test('a message longer than DEVICE_MESSAGE interrupts the session, whose detail names the setting, until it is gone', async () => {
  await using device = await DeviceUnderTest.start();
  const setting = 'SYNCLINE_DATASTORE_DEVICE_MESSAGE';
  await using datastore = await DatastoreUnderTest.start({ ...prompt, [setting]: '64KiB' });
  await device.apply({ ...leavesOf(5), '/long': 'x'.repeat(64 * 1024) });
  await datastore.follow(device.service.port);
  const status = await datastore.becomes('an attempt given up', ({ syncs }) => syncs[0]?.detail !== '');
  expect(status.syncs[0]?.detail).toMatch(new RegExp(`^RESOURCE_EXHAUSTED: .*${setting}`));
  expect(status).toMatchObject({ synced: false, leaves: 0n });
  await device.apply({}, '/long');
  await datastore.synced();
  await expectTree(datastore, leavesOf(5));
});

test('F8: a second sync_response is counted and changes nothing', async () => {
  await using device = await DeviceUnderTest.start();
  await using datastore = await DatastoreUnderTest.start(prompt);
  await device.apply(leavesOf(5));
  await datastore.follow(device.service.port);
  const before = await datastore.synced();
  await device.misbehave({ $case: 'repeatSync', value: {} });
  const after = await datastore.becomes(
    'the second one',
    ({ syncs }) => syncs[0]?.ledger?.syncResponses === 2n,
  );
  expect(after).toMatchObject({ synced: true, runningVersion: before.runningVersion });
  expect(after.syncs[0]?.epoch).toBe(before.syncs[0]?.epoch);
  await device.apply({ '/later': 1 });
  await expectTree(datastore, { ...leavesOf(5), '/later': 1 });
});

test('F13: a device that ends the stream with OK is subscribed anew', async () => {
  await using device = await DeviceUnderTest.start();
  await using datastore = await DatastoreUnderTest.start(prompt);
  await device.apply(leavesOf(5));
  await datastore.follow(device.service.port);
  const epoch = (await datastore.synced()).syncs[0]?.epoch ?? 0n;
  await device.misbehave({ $case: 'halfClose', value: {} });
  await datastore.becomes(
    'a new epoch in sync',
    ({ synced, syncs }) => synced && (syncs[0]?.epoch ?? 0n) > epoch,
  );
  expect((await datastore.sync()).resyncs).toEqual({ start: 1n, stream_ended: 1n });
  await device.apply({ '/later': 1 });
  await expectTree(datastore, { ...leavesOf(5), '/later': 1 });
});

test('F14: INVALID_ARGUMENT is retried slowly, with the device’s own words, and a resync cuts the wait short', async () => {
  await using device = await DeviceUnderTest.start();
  await using datastore = await DatastoreUnderTest.start(prompt);
  await device.apply(leavesOf(5));
  await device.misbehave({
    $case: 'rejectSubscribe',
    value: { code: Status.INVALID_ARGUMENT, text: 'no such path' },
  });
  await datastore.follow(device.service.port);
  const status = await datastore.becomes(
    'the refusal',
    ({ syncs }) => syncs[0]?.state === SessionState.BACKOFF,
  );
  expect(status.syncs[0]?.detail).toBe('INVALID_ARGUMENT: no such path');
  const inMs = Number((status.syncs[0]?.retryAtNs ?? 0n) / 1_000_000n) - Date.now();
  expect(inMs).toBeGreaterThan(55_000);
  // ON_CHANGE, and once TARGET_DEFINED, in case it was ON_CHANGE that was refused.
  expect((await device.control.status({})).calls['Subscribe']).toBe(2n);
  await device.control.heal({});
  await admin(datastore).resync({ datastore: name });
  await datastore.synced();
  await expectTree(datastore, leavesOf(5));
});

test('F15: a device without the wanted encoding is retried slowly, and the detail names both sides', async () => {
  await using device = await DeviceUnderTest.start();
  await using datastore = await DatastoreUnderTest.start(prompt);
  await device.misbehave({
    $case: 'advertiseEncodings',
    value: { encodings: [Encoding.JSON, Encoding.ASCII] },
  });
  await datastore.follow(device.service.port);
  const status = await datastore.becomes(
    'the refusal',
    ({ syncs }) => syncs[0]?.state === SessionState.BACKOFF,
  );
  expect(status.syncs[0]?.detail).toBe('the device offers the encodings JSON, ASCII, this sync wants PROTO');
  expect(Number((status.syncs[0]?.retryAtNs ?? 0n) / 1_000_000n) - Date.now()).toBeGreaterThan(55_000);
  expect((await device.control.status({})).calls['Subscribe'] ?? 0n).toBe(0n);
});
