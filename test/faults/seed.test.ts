// F1, the seed: an admin user comes in the burst of the initial tree, its password right after the sync_response,
// while the commit is held for 15 seconds. Held, here, by a lock that another process has on the file.
import { setTimeout as sleep } from 'node:timers/promises';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { until } from '@syncline/testkit/wait.ts';
import BetterSqlite3 from 'better-sqlite3';
import { expect, test } from 'vitest';
import { DatastoreUnderTest } from '../datastore-under-test.ts';
import { DeviceUnderTest } from '../device/device-under-test.ts';
import { SeedDesign } from './seed-design.ts';

const user = '/system/users/user[name=admin]';
const password = `${user}/password`;
const heldMs = 15_000;

/** What the device sends behind its sync_response before the password: more than a small channel holds. */
const later = Array.from({ length: 60 }, (_, i) => `/interfaces/interface[name=eth${i}]/state/counter`);

test('the password that arrives while the commit is held is in running within 2 s of its release', async () => {
  await using device = await DeviceUnderTest.start();
  await using datastore = await DatastoreUnderTest.start();
  await device.apply({ [`${user}/name`]: 'admin', [`${user}/role`]: 'superuser' });
  await device.misbehave({ $case: 'stall', value: { duration: undefined } });
  await datastore.follow(device.service.port);
  await datastore.becomes('the session syncing', ({ connected }) => connected);

  const lock = new BetterSqlite3(datastore.runningFile);
  lock.exec('BEGIN IMMEDIATE');
  await device.control.heal({});
  await datastore.becomes('the commit being refused', ({ degraded }) => degraded !== '');
  const began = performance.now();
  for (const path of later) await device.apply({ [path]: 1 });
  await device.apply({ [password]: 'secret' });

  const held = await until(() => datastore.sync(), {
    deadlineMs: 5_000,
    describe: 'everything received',
    accept: ({ ledger }) => ledger?.received === BigInt(later.length + 3),
  });
  expect(held.ledger).toMatchObject({ applied: 0n, pending: BigInt(later.length + 3), dropped: 0n });
  expect((await datastore.leaves()).size).toBe(0);
  await sleep(heldMs - (performance.now() - began));

  lock.exec('ROLLBACK');
  lock.close();
  const released = performance.now();
  await until(() => datastore.leaves(), {
    deadlineMs: 2_000,
    everyMs: 25,
    describe: 'the password in running',
    accept: (leaves) => leaves.get(password) === 'secret',
  });
  expect(performance.now() - released).toBeLessThan(2_000);
  const { ledger } = await datastore.sync();
  expect(ledger).toMatchObject({
    received: BigInt(later.length + 3),
    pending: 0n,
    quarantined: 0n,
    dropped: 0n,
  });
  expect((await datastore.synced()).degraded).toBe('');
});

test('negative control: the design of the seed loses the password under the same stream', () => {
  const clock = new VirtualClock();
  const seed = new SeedDesign(clock, heldMs);
  for (const leaf of [`${user}/name`, `${user}/role`]) seed.send(leaf);
  seed.sync();
  for (const leaf of [...later, password]) seed.send(leaf);
  clock.advance(heldMs + 10_000);
  expect(seed.running.has(`${user}/role`)).toBe(true);
  expect(seed.running.has(password)).toBe(false);
  expect(seed.dropped).toBe(later.length + 1 - 20);
});
