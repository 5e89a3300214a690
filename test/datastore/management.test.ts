// data.DataServer and syncline.datastore.v1 against a real datastore and a real device: datastores come, are shown,
// paused, resynced and go, survive the death of their process, and every refusal says what was wrong.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DataServerDefinition, TargetStatus } from '@syncline/proto/data.ts';
import { DatastoreServiceDefinition, SessionState } from '@syncline/proto/datastore.ts';
import { gNMIDefinition } from '@syncline/proto/gnmi.ts';
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
import { refusalOf } from './refusal.ts';

const leaf = '/system/config/hostname';

const dataServer = (datastore: DatastoreUnderTest) => datastore.connection.client(DataServerDefinition);
const admin = (datastore: DatastoreUnderTest) => datastore.connection.client(DatastoreServiceDefinition);

test('a datastore is created, shown, synced and deleted, and nothing of it stays', async () => {
  await using device = await DeviceUnderTest.start();
  await using datastore = await DatastoreUnderTest.start();
  await device.apply({ [leaf]: 'r1' });
  await datastore.follow(device.service.port);
  await datastore.synced();

  const shown = await dataServer(datastore).getDataStore({ datastoreName: name });
  expect(shown).toMatchObject({
    datastoreName: name,
    intents: [],
    schema: { name: 'none', vendor: 'syncline', version: '1' },
    target: {
      type: 'gnmi',
      address: '127.0.0.1',
      port: device.service.port,
      status: TargetStatus.CONNECTED,
      statusDetails: '',
      credentials: undefined,
    },
  });
  expect((await dataServer(datastore).listDataStore({})).datastores).toEqual([shown]);

  const file = datastore.runningFile;
  await dataServer(datastore).deleteDataStore({ name });
  await device.subscribers(0);
  expect(existsSync(file)).toBe(false);
  expect((await dataServer(datastore).listDataStore({})).datastores).toEqual([]);
  expect(await refusalOf(admin(datastore).status({ datastore: name }))).toEqual([
    'NOT_FOUND',
    'there is no datastore "r1"',
  ]);
  const gone = datastore.connection.client(gNMIDefinition).get({ prefix: { target: name }, path: [{}] });
  expect((await refusalOf(gone))[0]).toBe('NOT_FOUND');

  await datastore.follow(device.service.port);
  await datastore.synced();
  expect(await datastore.leaves()).toEqual(new Map([[leaf, 'r1']]));
});

test('what cannot be created is refused with its field, and nothing is kept of it', async () => {
  await using datastore = await DatastoreUnderTest.start();
  const target = { type: 'gnmi', address: '127.0.0.1', port: 1 };
  const create = (request: object) =>
    refusalOf(dataServer(datastore).createDataStore({ datastoreName: name, target, ...request }));
  expect(await create({ datastoreName: '' })).toEqual(['INVALID_ARGUMENT', 'datastore_name: it is required']);
  expect(await create({ target: { ...target, type: 'netconf' } })).toEqual([
    'INVALID_ARGUMENT',
    'target.type "netconf": the type of target that is served is "gnmi"',
  ]);
  expect(await create({ sync: { config: [{ name: 'a', path: ['/a[b'] }] } })).toEqual([
    'INVALID_ARGUMENT',
    expect.stringContaining('sync.config[0].path[0]') as string,
  ]);
  expect(await refusalOf(dataServer(datastore).getDataStore({}))).toEqual([
    'INVALID_ARGUMENT',
    'datastore_name: it is required',
  ]);
  expect((await refusalOf(dataServer(datastore).deleteDataStore({ name })))[0]).toBe('NOT_FOUND');
  expect((await dataServer(datastore).listDataStore({})).datastores).toEqual([]);
  expect(
    readdirSync(join(datastore.service.dataDir, 'datastore')).filter((each) => !each.startsWith('catalog')),
  ).toEqual([]);
});

test('of two that create one name at once one wins, and the other is told', async () => {
  await using datastore = await DatastoreUnderTest.start();
  const outcomes = await Promise.allSettled([datastore.follow(1), datastore.follow(1)]);
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(await refusalOf(datastore.follow(1))).toEqual([
    'ALREADY_EXISTS',
    'there is a datastore "r1" already',
  ]);
  expect((await dataServer(datastore).listDataStore({})).datastores).toHaveLength(1);
});

test('a device that is not there does not hold up the create; the status says so in words', async () => {
  await using datastore = await DatastoreUnderTest.start();
  await datastore.follow(1);
  const status = await datastore.becomes(
    'a failed attempt',
    ({ syncs }) => syncs[0]?.state === SessionState.BACKOFF,
  );
  expect(status).toMatchObject({ connected: false, synced: false, degraded: '' });
  expect(status.syncs[0]?.detail).toContain('UNAVAILABLE');
  expect(Number(status.syncs[0]?.retryAtNs)).toBeGreaterThan(Date.now() * 1e6);
  const { target } = await dataServer(datastore).getDataStore({ datastoreName: name });
  expect(target).toMatchObject({ status: TargetStatus.NOT_CONNECTED });
  expect(target?.statusDetails).toContain('all: UNAVAILABLE');
});

test('the configuration side answers UNIMPLEMENTED, call by call', async () => {
  await using datastore = await DatastoreUnderTest.start();
  const client = dataServer(datastore);
  const calls: Promise<unknown>[] = [
    client.transactionSet({}),
    client.transactionConfirm({}),
    client.transactionCancel({}),
    client.listIntent({}),
    client.getIntent({}),
    client.blameConfig({}),
    client.watchDeviations({})[Symbol.asyncIterator]().next(),
  ];
  const codes = await Promise.all(calls.map(async (call) => (await refusalOf(call))[0]));
  expect(codes).toEqual(calls.map(() => 'UNIMPLEMENTED'));
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

test('a paused datastore leaves its device alone, also after a restart, until it is resumed', async () => {
  await using device = await DeviceUnderTest.start();
  await device.apply({ [leaf]: 'r1' });
  const first = await DatastoreUnderTest.start();
  await first.follow(device.service.port);
  await first.synced();
  await admin(first).pause({ datastore: name });
  await device.subscribers(0);
  expect(await first.status()).toMatchObject({ paused: true, connected: false, synced: false, leaves: 1n });
  expect(await refusalOf(admin(first).resync({ datastore: name }))).toEqual([
    'FAILED_PRECONDITION',
    'datastore "r1" is paused; resume it first',
  ]);

  await using datastore = new DatastoreUnderTest(await first.service.restart());
  first.connection[Symbol.dispose]();
  expect(await datastore.status()).toMatchObject({ paused: true, synced: false });
  await device.apply({ [leaf]: 'renamed' });
  const kept = await until(() => datastore.leaves(), { deadlineMs: 5_000, describe: 'what was committed' });
  expect(kept).toEqual(new Map([[leaf, 'r1']]));
  await admin(datastore).resume({ datastore: name });
  await datastore.synced();
  expect(await datastore.leaves()).toEqual(new Map([[leaf, 'renamed']]));
  expect((await datastore.sync()).resyncs).toEqual({ resume: 1n });
  await admin(datastore).resume({ datastore: name });
});

test('a resync reads the tree again under a new epoch, and answers when it has begun', async () => {
  await using device = await DeviceUnderTest.start();
  await using datastore = await DatastoreUnderTest.start();
  await device.apply({ [leaf]: 'r1' });
  await datastore.follow(device.service.port);
  const before = (await datastore.synced()).syncs[0]?.epoch ?? 0n;
  const { epochs } = await admin(datastore).resync({ datastore: name, sync: 'all' });
  expect(epochs).toEqual({ all: before + 1n });
  await datastore.synced();
  expect(await datastore.sync()).toMatchObject({ epoch: before + 1n, resyncs: { start: 1n, resync: 1n } });
  expect(await refusalOf(admin(datastore).resync({ datastore: name, sync: 'other' }))).toEqual([
    'NOT_FOUND',
    'datastore "r1" has no sync "other"; it has all',
  ]);
});

test('a resync of a device that cannot be reached is refused in its words, not left waiting', async () => {
  await using datastore = await DatastoreUnderTest.start();
  await datastore.follow(1);
  await datastore.becomes('a failed attempt', ({ syncs }) => syncs[0]?.state === SessionState.BACKOFF);
  const [code, details] = await refusalOf(admin(datastore).resync({ datastore: name }));
  expect([code, details]).toEqual(['UNAVAILABLE', expect.stringContaining('UNAVAILABLE') as string]);
});

test('a watcher of the status sees the sync come about, and the end of the datastore', async () => {
  await using device = await DeviceUnderTest.start();
  await using datastore = await DatastoreUnderTest.start();
  await device.misbehave({ $case: 'stall', value: { duration: undefined } });
  await datastore.follow(device.service.port);
  const seen: boolean[] = [];
  const watched = (async () => {
    for await (const { status } of admin(datastore).watchStatus({ datastore: name, intervalMs: 100 })) {
      seen.push(status?.synced === true);
      if (seen.length === 1) await device.control.heal({});
      if (status?.synced === true) await dataServer(datastore).deleteDataStore({ name });
    }
  })();
  expect(await refusalOf(watched)).toEqual(['NOT_FOUND', 'there is no datastore "r1"']);
  expect([seen[0], seen.at(-1)]).toEqual([false, true]);
});

test.each([99, 60_001])('a watch every %d ms is INVALID_ARGUMENT', async (intervalMs) => {
  await using datastore = await DatastoreUnderTest.start();
  await datastore.follow(1);
  const watch = admin(datastore).watchStatus({ datastore: name, intervalMs });
  expect(await refusalOf(watch[Symbol.asyncIterator]().next())).toEqual([
    'INVALID_ARGUMENT',
    `interval_ms ${intervalMs}: expected 100 to 60000, or 0 for 1000`,
  ]);
});

test('every mode brings the tree: on change, sampled, target-defined, once and by polling', async () => {
  await using device = await DeviceUnderTest.start();
  await using datastore = await DatastoreUnderTest.start();
  const leaves = ['change', 'sample', 'target', 'once', 'get'].map((mode) => `/${mode}/config/value`);
  for (const each of leaves) await device.apply({ [each]: 1 });
  const interval = 200_000_000n;
  await datastore.follow(device.service.port, {
    sync: {
      config: [
        { name: 'change', path: ['/change'], mode: 0 },
        { name: 'sample', path: ['/sample'], mode: 1, interval },
        { name: 'target', path: ['/target'], mode: 20000 as never },
        { name: 'once', path: ['/once'], mode: 2 },
        { name: 'get', path: ['/get'], mode: 3, interval },
      ],
    } as never,
  });
  const status = await datastore.synced();
  expect(status.syncs.map(({ state }) => state)).toEqual(
    (['SYNCED', 'SYNCED', 'SYNCED', 'DONE', 'SYNCED'] as const).map((state) => SessionState[state]),
  );
  expect((await datastore.leaves()).size).toBe(5);

  for (const each of leaves) await device.apply({ [each]: 2 });
  await device.apply({}, '/get/config/value');
  const ordered = (entries: Iterable<readonly string[]>) => Array.from(entries, String).toSorted();
  const wanted = leaves
    .filter((each) => !each.startsWith('/get'))
    .map((each) => [each, each.startsWith('/once') ? '1' : '2']);
  await until(() => datastore.leaves(), {
    deadlineMs: 5_000,
    describe: 'every mode but once following, and the poll noticing what is gone',
    accept: (now) => ordered(now).join() === ordered(wanted).join(),
  });
});

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
