// F2, F16 and F17: a disk that is slow, locked or full, and a process that is killed at each point of a commit.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { until } from '@syncline/testkit/wait.ts';
import BetterSqlite3 from 'better-sqlite3';
import { afterAll, expect, test } from 'vitest';
import { DatastoreUnderTest } from '../datastore-under-test.ts';
import { DeviceUnderTest } from '../device/device-under-test.ts';
import { SmallDisk } from '../small-disk.ts';

const burst = { $case: 'burst', value: { leaves: 50_000, updates: 100_000, perNotification: 10 } } as const;

async function expectNothingLost(datastore: DatastoreUnderTest): Promise<void> {
  const { ledger } = await datastore.sync();
  expect(ledger).toMatchObject({ pending: 0n, dropped: 0n, quarantined: 0n });
}

test('F2: a burst over 50,000 leaves while commits take 10 s is applied when they are done', async () => {
  await using device = await DeviceUnderTest.start();
  await using datastore = await DatastoreUnderTest.start();
  await device.apply({ '/system/hostname': 'r1' });
  await datastore.follow(device.service.port);
  await datastore.synced();
  const lock = new BetterSqlite3(datastore.runningFile);
  lock.exec('BEGIN IMMEDIATE');
  const tenSeconds = sleep(10_000);
  await device.misbehave(burst);
  await until(() => datastore.sync(), {
    deadlineMs: 9_000,
    describe: 'the burst received while nothing can be committed',
    accept: ({ ledger }) => ledger?.received === 100_001n,
  });
  await tenSeconds;
  const held = await datastore.status();
  expect(held.leaves).toBe(1n);
  expect(held.syncs[0]?.ledger).toMatchObject({ received: 100_001n, applied: 1n, dropped: 0n });
  lock.exec('ROLLBACK');
  lock.close();
  await datastore.becomes('every leaf in running', ({ leaves }) => leaves === 50_001n, 30_000);
  await until(() => datastore.sync(), {
    deadlineMs: 30_000,
    describe: 'every update accounted for',
    accept: ({ ledger }) => ledger?.received === 100_001n && ledger.pending === 0n,
  });
  await expectNothingLost(datastore);
});

const disk = SmallDisk.mount(8);

afterAll(() => disk?.[Symbol.dispose]());

test.skipIf(disk === undefined)(
  'F16: a full disk degrades the datastore, and room on it mends it',
  async () => {
    await using device = await DeviceUnderTest.start();
    await using datastore = await DatastoreUnderTest.start({}, disk?.directory('data'));
    await device.apply({ '/system/hostname': 'r1' });
    await datastore.follow(device.service.port);
    await datastore.synced();
    disk?.fill(16_384);
    await device.misbehave({
      $case: 'burst',
      value: { leaves: 20_000, updates: 20_000, perNotification: 10 },
    });
    const full = await datastore.becomes('commits refused', ({ degraded }) => degraded !== '');
    expect(full.degraded).toMatch(/full|disk/i);
    expect((await datastore.leaves('/system/hostname')).size).toBe(1);
    disk?.makeRoom();
    await datastore.becomes(
      'every leaf in running',
      ({ leaves, degraded }) => leaves === 20_001n && degraded === '',
    );
    await expectNothingLost(datastore);
  },
);

test.for(['commit.begin', 'commit.end', 'commit.after'])(
  'F17: killed at %s, it comes back with a whole tree and catches up with the device',
  async (point) => {
    await using device = await DeviceUnderTest.start();
    await using home = await tempDir('f17');
    const dataDir = join(home.path, 'data');
    mkdirSync(dataDir);
    await device.apply(Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`/l[k=${i}]/v`, 0])));
    {
      // The first commit is the device's tree; the third finds a change in its middle.
      await using doomed = await DatastoreUnderTest.start(
        { SYNCLINE_DATASTORE_FAILPOINTS: `${point}=kill@3` },
        dataDir,
      );
      await doomed.follow(device.service.port);
      await doomed.synced();
      let round = 0;
      const changing = async () => {
        for (;;) {
          round++;
          await device.apply(
            Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`/l[k=${i}]/v`, round])),
          );
          if ((await Promise.race([doomed.service.exited, sleep(50)])) !== undefined) return;
        }
      };
      await changing();
      expect((await doomed.service.exited).signal).toBe('SIGKILL');
    }
    await device.misbehave({ $case: 'stall', value: { duration: undefined } });
    await device.apply({ '/l[k=0]/v': 777 }, '/l[k=1]');
    await using datastore = await DatastoreUnderTest.start({}, dataDir);
    const restored = await until(() => datastore.leaves(), {
      deadlineMs: 10_000,
      describe: 'running read back from disk',
      accept: (leaves) => leaves.size > 0,
    });
    // What is on disk is one version, never half of one: all leaves changed together.
    expect([restored.size, new Set(restored.values()).size]).toEqual([500, 1]);
    await device.control.heal({});
    await datastore.synced();
    const leaves = await datastore.leaves();
    expect(leaves.get('/l[k=0]/v')).toBe('777');
    expect(leaves.size).toBe(499);
    await expectNothingLost(datastore);
  },
);

test('F16: a disk on which each write takes 2 s delays, and loses nothing', async () => {
  await using device = await DeviceUnderTest.start();
  await using datastore = await DatastoreUnderTest.start({
    SYNCLINE_DATASTORE_FAILPOINTS: 'commit.end=block:2000@2',
  });
  await device.apply({ '/a': 1 });
  await datastore.follow(device.service.port);
  await datastore.synced();
  for (let i = 2; i <= 50; i++) await device.apply({ '/a': i, [`/l[k=${i}]/v`]: i });
  await until(() => datastore.leaves(), {
    deadlineMs: 10_000,
    describe: 'the last value',
    accept: (leaves) => leaves.get('/a') === '50' && leaves.size === 50,
  });
  await expectNothingLost(datastore);
});
