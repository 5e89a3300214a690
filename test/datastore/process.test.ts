// The datastore as a process: what it says of itself, its password, its settings, its folder, its death and its end.

import { DataServerDefinition } from '@syncline/proto/data.ts';
import { DatastoreServiceDefinition, SessionState } from '@syncline/proto/datastore.ts';
import { connect } from '@syncline/rpc/connect.ts';
import { GnmiReader } from '@syncline/testkit/gnmi-reader.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { startService } from '@syncline/testkit/service.ts';
import { ServiceError } from '@syncline/testkit/service-process.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { DatastoreUnderTest, name } from '../datastore-under-test.ts';
import { DeviceUnderTest } from '../device/device-under-test.ts';
import { admin } from './clients.ts';
import { refusalOf } from './refusal.ts';

const leaf = '/system/config/hostname';

test('the process says whether it is ready, and its counts are on /metrics', async () => {
  await using device = await DeviceUnderTest.start();
  await using datastore = await DatastoreUnderTest.start();
  await device.apply({ [leaf]: 'r1', '/system/config/domain': 'lab' });
  await datastore.follow(device.service.port);
  await datastore.synced();
  const { adminPort } = datastore.service;
  const ready = await fetch(`http://127.0.0.1:${adminPort}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([200, { ready: true }]);
  const labels = { datastore: name, sync: 'all' };
  expect(await readMetric(adminPort, 'datastore_items_total', { ...labels, fate: 'received' })).toBe(2);
  expect(await readMetric(adminPort, 'datastore_items_total', { ...labels, fate: 'applied' })).toBe(2);
  expect(await readMetric(adminPort, 'datastore_items_total', { ...labels, fate: 'dropped' })).toBe(0);
  expect(await readMetric(adminPort, 'datastore_session_state', { ...labels, state: 'synced' })).toBe(1);
  expect(await readMetric(adminPort, 'datastore_leaves', { datastore: name })).toBe(2);
});

test('with a password set, calls without it are refused and the device’s own credentials are another matter', async () => {
  await using device = await DeviceUnderTest.start({
    SYNCLINE_DEVICE_USERNAME: 'dev',
    SYNCLINE_DEVICE_PASSWORD: 'pw',
  });
  await using service = await startService({
    service: 'datastore',
    env: { SYNCLINE_DATASTORE_USERNAME: 'ops', SYNCLINE_DATASTORE_PASSWORD: 'secret' },
  });
  using anonymous = connect(service.address, { security: { kind: 'plaintext' } });
  const refused = await refusalOf(anonymous.client(DataServerDefinition).listDataStore({}));
  expect(refused[0]).toBe('UNAUTHENTICATED');

  using operator = connect(service.address, {
    security: { kind: 'plaintext' },
    identity: { kind: 'password', username: 'ops', password: 'secret' },
  });
  const target = { type: 'gnmi', address: '127.0.0.1', port: device.service.port };
  const client = operator.client(DataServerDefinition);
  await client.createDataStore({ datastoreName: 'wrong', target });
  await client.createDataStore({
    datastoreName: 'right',
    target: { ...target, credentials: { username: 'dev', password: 'pw' } },
  });
  const status = async (datastore: string) =>
    (await operator.client(DatastoreServiceDefinition).status({ datastore })).status;
  await until(() => status('right'), {
    deadlineMs: 10_000,
    describe: 'the sync with the right password',
    accept: (now) => now?.synced === true,
  });
  const wrong = await until(() => status('wrong'), {
    deadlineMs: 10_000,
    describe: 'the refusal',
    accept: (now) => now?.syncs[0]?.state === SessionState.BACKOFF,
  });
  expect(wrong?.syncs[0]?.detail).toContain('UNAUTHENTICATED');
});

test('wrong settings are all named at once, with exit code 2', async () => {
  const started = startService({
    service: 'datastore',
    env: { SYNCLINE_DATASTORE_WINDOW: 'big', SYNCLINE_DATASTORE_RING: '0', SYNCLINE_DATASTORE_PROT: '1' },
  });
  const error: unknown = await started.catch((reason: unknown) => reason);
  if (!(error instanceof ServiceError)) throw new Error('it started');
  expect(error.exit?.code).toBe(2);
  for (const setting of [
    'SYNCLINE_DATASTORE_WINDOW=big',
    'SYNCLINE_DATASTORE_RING=0',
    'SYNCLINE_DATASTORE_PROT ',
  ]) {
    expect(error.message).toContain(setting);
  }
});

test('a second process on the same folder is refused, and the first goes on', async () => {
  await using datastore = await DatastoreUnderTest.start();
  const second = startService({ service: 'datastore', dataDir: datastore.service.dataDir });
  await expect(second).rejects.toThrow('catalog.db: another process has it');
  await datastore.follow(1);
});

test('after kill -9 the datastores are there again with what was committed, before their device is', async () => {
  await using device = await DeviceUnderTest.start();
  await device.apply({ [leaf]: 'r1' });
  const first = await DatastoreUnderTest.start();
  await first.follow(device.service.port);
  const before = await first.synced();
  await device.misbehave({ $case: 'stall', value: { duration: undefined } });
  first.service.kill('SIGKILL');
  await first.service.exited;

  await using datastore = new DatastoreUnderTest(await first.service.restart());
  expect(
    await until(() => datastore.leaves(), { deadlineMs: 5_000, describe: 'what was committed' }),
  ).toEqual(new Map([[leaf, 'r1']]));
  const after = await datastore.becomes('a session', ({ connected }) => connected);
  expect(after).toMatchObject({ synced: false, runningVersion: before.runningVersion });
  expect(after.syncs[0]?.epoch).toBeGreaterThan(before.syncs[0]?.epoch ?? 0n);
  await device.control.heal({});
  await datastore.synced();
  first.connection[Symbol.dispose]();
});

test('SIGTERM ends it by itself, with a device, a subscriber and a watcher attached', async () => {
  await using device = await DeviceUnderTest.start();
  const datastore = await DatastoreUnderTest.start();
  await datastore.follow(device.service.port);
  await datastore.synced();
  using reader = GnmiReader.subscribe(datastore.connection, {
    prefix: { target: name },
    subscription: [{ path: {} }],
  });
  await reader.until('the initial tree', ({ syncs }) => syncs === 1);
  const watcher = admin(datastore).watchStatus({ datastore: name })[Symbol.asyncIterator]();
  await watcher.next();
  const watched = refusalOf(watcher.next());
  const exit = await datastore.service.stop();
  expect(exit).toEqual({ code: 0, signal: null });
  expect((await watched)[0]).toBe('UNAVAILABLE');
  expect((await reader.end()).code).toBe(Status.UNAVAILABLE);
  await datastore[Symbol.asyncDispose]();
});
