import { expect, test } from 'vitest';
import { indexOf } from '../log/index.ts';
import { chunkOf, runOf } from '../log/run.fixture.ts';
import { ForeignHistoryError } from './history.ts';
import type { RegionStore } from './region-store.ts';
import { appendTo, contents, flipTo, identity } from './store.fixture.ts';
import { storeForEach } from './store-for-each.fixture.ts';

let store: RegionStore;
const reopen = storeForEach((opened) => {
  store = opened;
});

test('a new store has nothing, and nothing can be appended to it', () => {
  expect(store.boot()).toEqual({
    identity,
    source: { kind: 'none' },
    maxTerm: 0,
    lineage: [],
    generation: undefined,
    first: 0,
    next: 0,
    log: { records: 0, bytes: 0 },
  });
  expect(() => store.append([chunkOf(0, 1)])).toThrow('no history to append to');
});

test('each start of a leader has a term of its own, above all that were seen', () => {
  expect(store.startTerm(0)).toBe(1);
  reopen();
  expect(store.startTerm(0)).toBe(2);
  store.seeTerm(9);
  store.seeTerm(4);
  reopen();
  expect(store.startTerm(0)).toBe(10);
  expect(store.startTerm(20)).toBe(21);
  expect(store.boot()).toMatchObject({
    next: indexOf(21, 0),
    maxTerm: 21,
    source: { member: identity.memberId },
  });
  expect(() => store.startTerm(2 ** 17 - 1)).toThrow('no term after 131071');
});

test('a snapshot is another history: the log before it is gone, and what follows continues it', () => {
  store.startTerm(0);
  appendTo(store, 50);
  flipTo(store, indexOf(6, 100), [1, 2]);
  expect(store.readLog(indexOf(1, 3), 10, 1000)).toBe('gone');
  expect(store.append([chunkOf(indexOf(6, 100), 3)])).toBe(indexOf(6, 103));
  reopen();
  const found = contents(store);
  expect([found.generation, found.log]).toEqual([
    [1, 2],
    [indexOf(6, 100), indexOf(6, 101), indexOf(6, 102)],
  ]);
  expect(found.boot.lineage).toEqual([{ term: 6, end: indexOf(6, 103) }]);
  expect(store.startTerm(0)).toBe(7);
});

test('a foreign leader’s indexes are taken as they are, but no term continues them', () => {
  const index = 2 ** 36 * 3 - 2;
  store.beginGeneration();
  store.putGeneration([{ regions: 1, bytes: runOf([5]) }]);
  const source = { kind: 'foreign' as const, member: 2n ** 63n + 1n };
  store.flip({ kind: 'snapshot', index, regions: 1, source, lineage: [], term: 0 });
  store.append([chunkOf(index, 2), chunkOf(index + 2, 2)]);
  reopen();
  expect(contents(store)).toMatchObject({
    boot: { source, lineage: [], maxTerm: 0, next: index + 4 },
    log: [index, index + 1, index + 2, index + 3],
  });
  expect(() => store.append([chunkOf(2 ** 36 * 4, 1)])).toThrow('does not continue');
  expect(() => store.startTerm(0)).toThrow(ForeignHistoryError);
});

test('a snapshot whose lineage does not lead to its index is refused and changes nothing', () => {
  store.startTerm(0);
  appendTo(store, 2);
  const before = contents(store);
  store.beginGeneration();
  const source = { kind: 'ours' as const, member: 1n };
  const index = indexOf(2, 5);
  const lineage = [{ term: 2, end: indexOf(2, 4) }];
  expect(() => store.flip({ kind: 'snapshot', index, regions: 0, source, lineage, term: 0 })).toThrow(
    'cannot have a lineage',
  );
  expect(() =>
    store.flip({ kind: 'snapshot', index: indexOf(2, 4), regions: 1, source, lineage, term: 0 }),
  ).toThrow('1 regions are more than the 0 that were written');
  store.abandonGeneration();
  expect(contents(store)).toEqual(before);
});

test('terms that nobody can go on from are forgotten with the log', () => {
  for (let term = 1; term <= 4; term += 1) {
    store.startTerm(0);
    appendTo(store, 20);
  }
  store.beginGeneration();
  store.flip({ kind: 'checkpoint', index: indexOf(4, 20) });
  const retention = { records: 20, bytes: 1_000_000, pinnedBytes: 0 };
  store.trim(retention, [], indexOf(3, 0));
  expect(store.boot().lineage.map(({ term }) => term)).toEqual([2, 3, 4]);
  reopen();
  expect(store.boot()).toMatchObject({
    first: indexOf(4, 0),
    lineage: [{ term: 2 }, { term: 3 }, { term: 4 }],
  });
  expect(store.readLog(indexOf(3, 20), 10, 1000)).toMatchObject([{ first: indexOf(4, 0) }, {}]);
});

test('a forced snapshot stays forced over restarts until one has taken the place of what is held', () => {
  store.startTerm(0);
  appendTo(store, 3);
  expect(store.isSnapshotForced()).toBe(false);
  store.forceSnapshot(1);
  store.beginGeneration();
  store.flip({ kind: 'checkpoint', index: indexOf(1, 3) });
  store.beginGeneration();
  const rebased = {
    source: { kind: 'ours' as const, member: 1n },
    lineage: [{ term: 1, end: indexOf(1, 9) }],
  };
  store.flip({ kind: 'rebase', index: indexOf(1, 9), regions: 0, ...rebased });
  reopen();
  expect(store.boot().next).toBe(indexOf(1, 9));
  expect(store.isSnapshotForced()).toBe(true);
  store.beginGeneration();
  const lineage = [{ term: 2, end: indexOf(2, 4) }];
  store.flip({
    kind: 'snapshot',
    index: indexOf(2, 4),
    regions: 0,
    source: { kind: 'ours', member: 1n },
    lineage,
    term: 2,
  });
  reopen();
  expect(store.isSnapshotForced()).toBe(false);
});

test('terms that are forgotten for a forced snapshot stay forgotten, and no term begins twice', () => {
  store.startTerm(6);
  appendTo(store, 3);
  store.seeTerm(90);
  store.forceSnapshot(0);
  expect(store.boot().maxTerm).toBe(0);
  store.beginGeneration();
  const source = { kind: 'ours' as const, member: 1n };
  const index = indexOf(7, 3);
  store.flip({ kind: 'rebase', index, regions: 0, source, lineage: [{ term: 7, end: index }] });
  reopen();
  expect(store.boot().maxTerm).toBe(0);
  store.beginGeneration();
  const low = indexOf(2, 4);
  store.flip({ kind: 'snapshot', index: low, regions: 0, source, lineage: [{ term: 2, end: low }], term: 3 });
  reopen();
  expect([store.boot().maxTerm, store.startTerm(0)]).toEqual([3, 4]);
  store.forceSnapshot(0);
  expect(store.startTerm(0)).toBe(5);
});
