// Who is not heard of any more is gone.

import { expect, test } from 'vitest';
import { lifeMs, running } from './registry.fixture.ts';
import { aTarget } from './target.fixture.ts';

test('I17: who is silent is gone after T and before T + 1 s, and its row too', async () => {
  await using it = running();
  await it.registry.register(aTarget());
  await it.step(lifeMs);
  expect(it.targets().length).toBe(1);
  await it.step(999);
  expect([it.targets(), it.store.rows.size, it.registry.expired]).toEqual([[], 0, 1]);
});

test('each call lets it live on, one that changes nothing too', async () => {
  await using it = running();
  await it.registry.register(aTarget());
  for (let n = 0; n < 5; n++) {
    await it.step(lifeMs - 1);
    await it.registry.register(aTarget());
  }
  expect(it.targets().length).toBe(1);
  await it.step(lifeMs + 1_000);
  expect(it.targets()).toEqual([]);
});

test('I17: what a restart finds lives as long as if it had just been heard of', async () => {
  const rows = [aTarget(['10.0.0.1/24']), aTarget(['10.0.0.2/24'])];
  await using it = running({ rows });
  expect(it.targets()).toEqual(rows);
  await it.step(lifeMs);
  await it.registry.register(rows[1] ?? aTarget());
  await it.step(999);
  expect(it.targets()).toEqual([rows[1]]);
});

test('who is silent is gone as soon though a commit hangs, and its row once the disk answers', async () => {
  await using it = running();
  await it.registry.register(aTarget());
  const hang = Promise.withResolvers<void>();
  it.store.before = () => hang.promise;
  const other = it.registry.register(aTarget(['10.0.0.2/24']));
  await it.step(1);
  await it.step(lifeMs + 998);
  expect([it.targets(), it.registry.counts.disabled, it.store.rows.size]).toEqual([[], 0, 1]);
  hang.resolve();
  await other;
  await it.step(0);
  expect([...it.store.rows.values()].map(({ ips }) => ips)).toEqual([['10.0.0.2/24']]);
  expect([it.targets(), it.registry.owed]).toEqual([[...it.store.rows.values()], 0]);
});

test('who expires while its row is written back is off the disk afterwards', async () => {
  await using it = running();
  await it.registry.register(aTarget());
  it.store.fate = () => 'late';
  await expect(it.registry.register(aTarget())).rejects.toThrow('did not answer');
  it.store.fate = () => 'written';
  const hang = Promise.withResolvers<void>();
  it.store.before = () => hang.promise;
  await it.step(999);
  await it.step(lifeMs);
  expect([it.targets(), it.registry.owed]).toEqual([[], 1]);
  hang.resolve();
  await it.step(0);
  expect([it.store.rows.size, it.registry.owed]).toEqual([0, 0]);
});

test('who expires while it is being enabled comes back DISABLED, in memory and on disk', async () => {
  await using it = running();
  await it.registry.register(aTarget());
  const hang = Promise.withResolvers<void>();
  it.store.before = () => hang.promise;
  const enabling = it.registry.register(aTarget());
  await it.step(1);
  await it.step(lifeMs + 998);
  expect(it.targets()).toEqual([]);
  hang.resolve();
  await enabling;
  expect([it.status(), [...it.store.rows.values()].map(({ status }) => status)]).toEqual([
    ['disabled'],
    ['disabled'],
  ]);
  await it.registry.register(aTarget());
  expect(it.status()).toEqual(['enabled']);
});

test('a process that stood still for longer than targets live lets none of them expire unheard', async () => {
  await using it = running();
  const [early, late] = [aTarget(['10.0.0.1/24']), aTarget(['10.0.0.2/24'])];
  await it.registry.register(early);
  await it.registry.register(late);
  await it.step(lifeMs / 2);
  it.clock.leap(3 * lifeMs);
  // The first call that is heard tells no other's silence.
  await it.registry.register(early);
  await it.step(lifeMs / 2 - 1_000);
  expect(it.targets().map(({ ips }) => ips)).toEqual([early.ips, late.ips]);
  await it.step(2_000);
  expect(it.targets().map(({ ips }) => ips)).toEqual([early.ips]);
});
