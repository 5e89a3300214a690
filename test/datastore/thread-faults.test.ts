// What our own threads do to a session (faults F18, F23 and F25 of the datastore's fault table), and that running is the
// device's tree again afterwards, with nothing dropped.

import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { SessionState } from '@syncline/proto/datastore.ts';
import { GnmiReader } from '@syncline/testkit/gnmi-reader.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { DatastoreUnderTest, name } from '../datastore-under-test.ts';
import { DeviceUnderTest } from '../device/device-under-test.ts';
import { dataServer } from './clients.ts';
import { expectTree, leavesOf, prompt } from './session-faults.fixture.ts';

test('F18: a core worker that crashes is replaced; its subscribers are told and running is whole again', async () => {
  await using device = await DeviceUnderTest.start();
  await using datastore = await DatastoreUnderTest.start({
    ...prompt,
    SYNCLINE_DATASTORE_FAILPOINTS: 'commit.after=exit@3',
  });
  await device.apply(leavesOf(10));
  await datastore.follow(device.service.port);
  await datastore.synced();
  using reader = GnmiReader.subscribe(datastore.connection, {
    prefix: { target: name },
    subscription: [{ path: {} }],
  });
  await reader.until('the initial tree', ({ syncs }) => syncs === 1);
  await device.apply({ '/second': 2 });
  await reader.until('the second commit', ({ tree }) => tree.has('/second'));
  await device.apply({ '/third': 3 });
  expect((await reader.end()).code).toBe(Status.UNAVAILABLE);

  const { adminPort } = datastore.service;
  await until(() => readMetric(adminPort, 'datastore_core_worker_crashes_total'), {
    deadlineMs: 5_000,
    describe: 'the crash being counted',
  });
  const status = await datastore.becomes(
    'a session after the crash',
    ({ synced, syncs }) => synced && syncs[0]?.resyncs['worker_restart'] === 1n,
  );
  expect(status.degraded).toBe('');
  await device.apply({ '/fourth': 4 });
  await expectTree(datastore, { ...leavesOf(10), '/second': 2, '/third': 3, '/fourth': 4 });
  expect((await fetch(`http://127.0.0.1:${adminPort}/livez`)).status).toBe(200);
});

test('F23: a datastore that is deleted while it commits is gone when the delete returns, and can be made again', async () => {
  await using device = await DeviceUnderTest.start();
  await using datastore = await DatastoreUnderTest.start({
    ...prompt,
    SYNCLINE_DATASTORE_FAILPOINTS: 'commit.begin=block:1500@2',
  });
  await device.apply(leavesOf(10));
  await datastore.follow(device.service.port);
  await datastore.synced();
  const folder = dirname(datastore.runningFile);
  await device.apply({ '/held': 1 });
  const client = dataServer(datastore);
  await client.deleteDataStore({ name });
  expect(existsSync(folder)).toBe(false);
  expect((await client.listDataStore({})).datastores).toEqual([]);
  await datastore.follow(device.service.port);
  await datastore.synced();
  await expectTree(datastore, { ...leavesOf(10), '/held': 1 });
});

test('F25: a main thread that stands still for 3 s loses no stream', async () => {
  await using device = await DeviceUnderTest.start();
  await using datastore = await DatastoreUnderTest.start({
    SYNCLINE_DATASTORE_FAILPOINTS: 'main.tick=block:3000@80',
  });
  await device.apply(leavesOf(10));
  await datastore.follow(device.service.port);
  const before = await datastore.synced();
  using reader = GnmiReader.subscribe(datastore.connection, {
    prefix: { target: name },
    subscription: [{ path: {} }],
  });
  await reader.until('the initial tree', ({ syncs }) => syncs === 1);
  const answerMs = async () => {
    const asked = performance.now();
    await datastore.status();
    return performance.now() - asked;
  };
  const deadlineMs = 20_000;
  await until(answerMs, { deadlineMs, describe: 'an answer that took 2 s', accept: (ms) => ms > 2_000 });
  await device.apply({ '/after': 1 });
  await reader.until('what came after', ({ tree }) => tree.has('/after'));
  expect(reader.ended).toBeUndefined();
  const sync = await datastore.sync();
  expect(sync).toMatchObject({
    epoch: before.syncs[0]?.epoch,
    state: SessionState.SYNCED,
    resyncs: { start: 1n },
  });
  await expectTree(datastore, { ...leavesOf(10), '/after': 1 });
});
