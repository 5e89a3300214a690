// How a subscription ends when it is not the client that ends it, and that a new one works.

import { DataServerDefinition } from '@syncline/proto/data.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { everything, FollowedDevice, valueAt } from './followed-device.ts';

const leaf = '/system/config/hostname';

test('a datastore that is deleted ends its subscribers with NOT_FOUND', async () => {
  await using followed = await FollowedDevice.start({ [leaf]: 'r1' });
  using reader = followed.subscribe(everything);
  await reader.until('the initial set', ({ syncs }) => syncs === 1);
  await followed.datastore.connection.client(DataServerDefinition).deleteDataStore({ name: 'r1' });
  expect(await reader.end()).toMatchObject({ code: Status.NOT_FOUND, details: 'the datastore was deleted' });
});

test('the stop of the service ends subscribers with UNAVAILABLE', async () => {
  await using followed = await FollowedDevice.start({ [leaf]: 'r1' });
  using reader = followed.subscribe(everything);
  await reader.until('the initial set', ({ syncs }) => syncs === 1);
  const stopped = followed.datastore.service.stop();
  expect(await reader.end()).toMatchObject({ code: Status.UNAVAILABLE, details: 'server is stopping' });
  expect(await stopped).toEqual({ code: 0, signal: null });
});

test('F18: a core worker that dies ends its subscribers with UNAVAILABLE; the next ones see all of running', async () => {
  await using followed = await FollowedDevice.start(
    { [leaf]: 'r1' },
    { SYNCLINE_DATASTORE_FAILPOINTS: 'commit.begin=exit@2' },
  );
  using reader = followed.subscribe(everything);
  await reader.until('the initial set', ({ syncs }) => syncs === 1);
  await followed.device.apply({ [leaf]: 'r1-new' });
  expect((await reader.end()).code).toBe(Status.UNAVAILABLE);
  await followed.datastore.becomes(
    'the resync',
    ({ synced, syncs }) => synced && (syncs[0]?.resyncs['worker_restart'] ?? 0n) > 0n,
  );
  using again = followed.subscribe(everything);
  await again.until('the change', () => valueAt(again, leaf) === 'r1-new');
});
