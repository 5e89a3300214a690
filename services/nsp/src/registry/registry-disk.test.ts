// What becomes of calls and targets while the disk refuses, hangs or is gone.

import { expect, test } from 'vitest';
import { lifeMs, running } from './registry.fixture.ts';
import { aTarget } from './target.fixture.ts';

test('while the disk refuses: callers are told, and nothing changes but that who refreshes lives', async () => {
  await using it = running();
  await it.registry.register(aTarget());
  it.store.fate = () => 'refused';
  await expect(it.registry.register(aTarget())).rejects.toThrow('the disk refuses: commit: the disk is full');
  await expect(it.registry.register(aTarget(['10.0.0.2/24']))).rejects.toThrow('the disk refuses');
  await expect(it.registry.unregister(aTarget())).rejects.toThrow('the disk refuses');
  expect(it.status()).toEqual(['disabled']);
  expect(it.registry.refusal?.message).toContain('the disk is full');
  await it.registry.register(aTarget(undefined, { status: 'disabled' }));
  it.store.fate = () => 'written';
  await it.step(10_000);
  expect(it.registry.refusal).toBeUndefined();
  expect(it.diskTurns).toEqual([expect.stringContaining('the disk is full'), 'works']);
  expect(it.store.commits.at(-1)).toEqual([]);
});

test('who expires while the disk refuses is gone at once, and off the disk when it takes that', async () => {
  await using it = running();
  await it.registry.register(aTarget());
  it.store.fate = () => 'refused';
  await it.step(lifeMs + 999);
  expect([it.targets(), it.store.rows.size, it.registry.owed]).toEqual([[], 1, 1]);
  await it.step(60_000);
  expect(it.store.rows.size).toBe(1);
  it.store.fate = () => 'written';
  await it.step(5_001);
  expect([it.store.rows.size, it.registry.owed]).toEqual([0, 0]);
});

test('however many expired while the disk refused, no commit has more rows than a thousand', async () => {
  await using it = running({ targets: 2_500, perStream: 2_500, pending: 2_500 });
  const many = Array.from({ length: 2_500 }, (_, nth) => aTarget([`10.0.${nth >> 8}.${nth & 255}/16`]));
  await Promise.all(many.map((target) => it.registry.register(target)));
  it.store.fate = () => 'refused';
  await it.step(lifeMs + 999);
  expect([it.targets(), it.registry.owed]).toEqual([[], 2_500]);
  it.store.fate = () => 'written';
  const before = it.store.commits.length;
  await it.step(5_001);
  expect(it.store.commits.slice(before).map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
  expect([it.store.rows.size, it.registry.owed]).toEqual([0, 0]);
});

test('who expired and is still on the disk is not known: it comes back DISABLED', async () => {
  await using it = running();
  await it.registry.register(aTarget());
  await it.registry.register(aTarget());
  it.store.fate = () => 'refused';
  await it.step(lifeMs + 999);
  it.store.fate = () => 'written';
  await it.registry.register(aTarget());
  expect(it.status()).toEqual(['disabled']);
  await it.step(10_000);
  expect([...it.store.rows.values()].map(({ status }) => status)).toEqual(['disabled']);
});

test('removing who expired is not answered before it is off the disk', async () => {
  await using it = running();
  await it.registry.register(aTarget());
  it.store.fate = () => 'refused';
  await it.step(lifeMs + 999);
  await expect(it.registry.unregister(aTarget())).rejects.toThrow('the disk refuses');
  it.store.fate = () => 'written';
  await it.registry.unregister(aTarget());
  expect(it.store.rows.size).toBe(0);
});

test('a commit that may or may not have been written is written back to what everybody was told', async () => {
  await using it = running();
  await it.registry.register(aTarget());
  it.store.fate = () => 'late';
  await expect(it.registry.register(aTarget())).rejects.toThrow('did not answer');
  await expect(it.registry.register(aTarget(['10.0.0.2/24']))).rejects.toThrow('did not answer');
  expect(it.store.rows.size).toBe(2);
  it.store.fate = () => 'written';
  await it.step(10_000);
  expect([...it.store.rows.values()]).toEqual(it.targets());
  expect(it.status()).toEqual(['disabled']);
});

test('what waits for a disk that hangs is bounded, and refused beyond', async () => {
  await using it = running({ pending: 3 });
  const release = Promise.withResolvers<void>();
  it.store.before = () => release.promise;
  const calls = [it.registry.register(aTarget())];
  await it.step(1);
  for (let n = 2; n <= 4; n++) calls.push(it.registry.register(aTarget([`10.0.0.${n}/24`])));
  await expect(it.registry.register(aTarget(['10.0.0.9/24']))).rejects.toThrow(
    'no room for more registrations that wait for the disk: SYNCLINE_NSP_PENDING is 3',
  );
  release.resolve();
  await Promise.all(calls);
  expect(it.targets().length).toBe(4);
});

test('a store that is gone ends the loop, and everybody who waits is told', async () => {
  const it = running();
  it.store.fate = () => 'broken';
  const calls = await Promise.allSettled([1, 2, 3].map(() => it.registry.register(aTarget())));
  expect(calls.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  await expect(it.ended).rejects.toThrow('no such table');
  await expect(it.registry.register(aTarget())).rejects.toThrow('closed');
  expect(it.targets()).toEqual([]);
});
