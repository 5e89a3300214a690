// What devices, lines and our own threads do to a session (faults F5–F8, F13–F15, F18, F23–F25 of the datastore's
// fault table), and that running is the device's tree again afterwards, with nothing dropped.

import { existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DataServerDefinition } from '@syncline/proto/data.ts';
import { DatastoreServiceDefinition, SessionState } from '@syncline/proto/datastore.ts';
import { Encoding } from '@syncline/proto/gnmi.ts';
import { createAuthority } from '@syncline/rpc/certificate.fixture.ts';
import { GnmiReader } from '@syncline/testkit/gnmi-reader.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { startService } from '@syncline/testkit/service.ts';
import { TcpProxy } from '@syncline/testkit/tcp-proxy.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { DatastoreUnderTest, name } from '../datastore-under-test.ts';
import { DeviceUnderTest } from '../device/device-under-test.ts';

/** Retries that a test can wait for. */
const prompt = { SYNCLINE_DATASTORE_RETRY: '50ms', SYNCLINE_DATASTORE_RETRY_MAX: '500ms' };

const leavesOf = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`/list/entry[id=${i}]/value`, i]));

async function expectTree(
  datastore: DatastoreUnderTest,
  leaves: Readonly<Record<string, unknown>>,
): Promise<void> {
  const wanted = new Map(Object.entries(leaves).map(([path, value]) => [path, String(value)]));
  const found = await until(() => datastore.leaves(), {
    deadlineMs: 10_000,
    describe: `${wanted.size} leaves in running`,
    accept: (now) =>
      now.size === wanted.size && [...wanted].every(([path, value]) => now.get(path) === value),
  });
  expect(found).toEqual(wanted);
  expect((await datastore.sync()).ledger).toMatchObject({ pending: 0n, dropped: 0n, quarantined: 0n });
}

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
  await datastore.connection.client(DatastoreServiceDefinition).resync({ datastore: name });
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
  const client = datastore.connection.client(DataServerDefinition);
  await client.deleteDataStore({ name });
  expect(existsSync(folder)).toBe(false);
  expect((await client.listDataStore({})).datastores).toEqual([]);
  await datastore.follow(device.service.port);
  await datastore.synced();
  await expectTree(datastore, { ...leavesOf(10), '/held': 1 });
});

test('F24: a device that the CA does not vouch for is not trusted; a CA file that is replaced is read again', async () => {
  await using files = await tempDir('tls');
  const [trusted, other] = [createAuthority('trusted'), createAuthority('other')];
  const at = (file: string) => join(files.path, file);
  const identity = trusted.issue('localhost');
  await writeFile(at('cert.pem'), identity.cert);
  await writeFile(at('key.pem'), identity.key);
  await writeFile(at('ca.pem'), other.cert);
  await using device = await startService({
    service: 'device',
    env: {
      SYNCLINE_DEVICE_MODE: 'script',
      SYNCLINE_DEVICE_TLS_CERT: at('cert.pem'),
      SYNCLINE_DEVICE_TLS_KEY: at('key.pem'),
    },
  });
  await using datastore = await DatastoreUnderTest.start(prompt);
  const target = {
    type: 'gnmi',
    address: '127.0.0.1',
    port: device.port,
    tls: { ca: at('ca.pem'), cert: '', key: '', skipVerify: false },
  };
  await datastore.connection.client(DataServerDefinition).createDataStore({ datastoreName: name, target });
  const status = await datastore.becomes(
    'the distrust',
    ({ syncs }) => syncs[0]?.state === SessionState.BACKOFF,
  );
  expect(status.syncs[0]?.detail).toMatch(/^UNAVAILABLE: .*(certificate|issuer|signature)/i);
  expect(status.connected).toBe(false);

  await writeFile(at('new.pem'), trusted.cert);
  await rename(at('new.pem'), at('ca.pem'));
  await datastore.synced();
});

test('F24: a CA file that is not there is named, and read as soon as it is', async () => {
  await using device = await DeviceUnderTest.start();
  await using files = await tempDir('tls');
  await using datastore = await DatastoreUnderTest.start(prompt);
  const tls = { ca: join(files.path, 'missing.pem'), cert: '', key: '', skipVerify: false };
  const target = { type: 'gnmi', address: '127.0.0.1', port: device.service.port, tls };
  await datastore.connection.client(DataServerDefinition).createDataStore({ datastoreName: name, target });
  const status = await datastore.becomes(
    'the missing file',
    ({ syncs }) => syncs[0]?.state === SessionState.BACKOFF,
  );
  expect(status.syncs[0]?.detail).toContain(tls.ca);
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
