// F22: subscribers that do not read, and many of them. One's slowness is its own.

import { GnmiReader } from '@syncline/testkit/gnmi-reader.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { everything, FollowedDevice, valueAt } from './followed-device.ts';

const marker = '/marker';

/** Waits until a reader knows of this many values: it got them, or was told that newer ones came first. */
async function known(values: number, reader: GnmiReader): Promise<void> {
  await reader.until(`${values} values`, ({ updates, duplicates }) => updates + duplicates >= values, 30_000);
}

/** Waits until a reader has seen everything that was sent before this. */
async function reached(
  followed: FollowedDevice,
  value: number,
  readers: readonly GnmiReader[],
): Promise<void> {
  await followed.device.apply({ [marker]: value });
  for (const reader of readers) {
    await reader.until(`marker ${value}`, () => valueAt(reader, marker) === String(value), 30_000);
  }
}

test('a reader that never reads ends with ABORTED, alone; and the others miss nothing', async () => {
  await using followed = await FollowedDevice.start({}, { SYNCLINE_DATASTORE_SLOW_CONSUMER: '2s' });
  const { device, datastore } = followed;
  using stuck = GnmiReader.subscribe(followed.line(), everything);
  using steady = GnmiReader.subscribe(followed.line(), everything);
  for (const reader of [stuck, steady]) await reader.until('sync_response', ({ syncs }) => syncs === 1);
  stuck.pause();
  await device.misbehave({ $case: 'burst', value: { leaves: 1_000, updates: 200_000, perNotification: 10 } });
  await datastore.becomes(
    'the end of the slow one',
    ({ northbound }) => northbound?.slowConsumers === 1n,
    30_000,
  );
  await known(200_000, steady);
  await reached(followed, 1, [steady]);
  expect(steady.ended).toBe(undefined);
  expect(steady.updates + steady.duplicates).toBe(200_001);
  expect((await datastore.status()).northbound).toMatchObject({
    subscribers: 1,
    lagging: 0,
    slowConsumers: 1n,
  });
  expect(await readMetric(datastore.service.adminPort, 'datastore_slow_consumers_total')).toBe(1);
  stuck.resume();
  expect(await stuck.end()).toMatchObject({ code: Status.ABORTED, details: 'slow consumer' });
});

test('a reader that pauses is brought up to date, and its duplicates say what it missed', async () => {
  await using followed = await FollowedDevice.start();
  const { device, datastore } = followed;
  using reader = GnmiReader.subscribe(followed.line(), everything);
  await reader.until('sync_response', ({ syncs }) => syncs === 1);
  reader.pause();
  await device.misbehave({ $case: 'burst', value: { leaves: 1_000, updates: 100_000, perNotification: 10 } });
  await datastore.becomes('the reader lagging', ({ northbound }) => northbound?.lagging === 1);
  reader.resume();
  await datastore.becomes('the reader up to date', ({ northbound }) => northbound?.lagging === 0);
  await known(100_000, reader);
  await reached(followed, 1, [reader]);
  expect(reader.updates + reader.duplicates).toBe(100_001);
  expect(reader.updates).toBeLessThan(100_001);
  const running = await datastore.leaves();
  expect(reader.tree.size).toBe(running.size);
  for (const [path, value] of running) expect(valueAt(reader, path)).toBe(value);
});

test('200 subscribers get every change, while one among them does not read', async () => {
  await using followed = await FollowedDevice.start();
  const lines = Array.from({ length: 10 }, () => followed.line());
  const readers = lines.flatMap((line) =>
    Array.from({ length: 20 }, () => GnmiReader.subscribe(line, everything)),
  );
  using stuck = GnmiReader.subscribe(followed.line(), everything);
  for (const reader of [...readers, stuck]) await reader.until('sync_response', ({ syncs }) => syncs === 1);
  stuck.pause();
  for (let value = 1; value <= 50; value++) {
    await followed.device.apply(
      Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`/leaf[id=${i}]/value`, value])),
    );
  }
  await reached(followed, 1, readers);
  for (const reader of readers) {
    expect(reader.updates + reader.duplicates).toBe(1_001);
    expect(reader.ended).toBe(undefined);
  }
  expect((await followed.datastore.status()).northbound).toMatchObject({
    subscribers: 201,
    slowConsumers: 0n,
  });
  for (const reader of readers) reader[Symbol.dispose]();
});
