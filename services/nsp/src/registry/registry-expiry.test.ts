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
