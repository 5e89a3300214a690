// syncline.datastore.v1 against a real datastore and a real device: pausing, resyncing and watching, and every refusal
// says what was wrong.

import { SessionState } from '@syncline/proto/datastore.ts';
import { until } from '@syncline/testkit/wait.ts';
import { expect, test } from 'vitest';
import { DatastoreUnderTest, name } from '../datastore-under-test.ts';
import { DeviceUnderTest } from '../device/device-under-test.ts';
import { admin, dataServer } from './clients.ts';
import { refusalOf } from './refusal.ts';

const leaf = '/system/config/hostname';

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
