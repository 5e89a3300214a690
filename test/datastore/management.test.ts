// data.DataServer against a real datastore and a real device: datastores come, are shown, read their device in every
// mode and go, and every refusal says what was wrong.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { TargetStatus } from '@syncline/proto/data.ts';
import { SessionState } from '@syncline/proto/datastore.ts';
import { gNMIDefinition } from '@syncline/proto/gnmi.ts';
import { until } from '@syncline/testkit/wait.ts';
import { expect, test } from 'vitest';
import { DatastoreUnderTest, name } from '../datastore-under-test.ts';
import { DeviceUnderTest } from '../device/device-under-test.ts';
import { admin, dataServer } from './clients.ts';
import { refusalOf } from './refusal.ts';

const leaf = '/system/config/hostname';

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
