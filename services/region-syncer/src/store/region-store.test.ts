import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { indexOf } from '../log/index.ts';
import { block, chunkOf, runOf } from '../log/run.fixture.ts';
import { ForeignHistoryError } from './history.ts';
import type { RegionStore } from './region-store.ts';
import { contents, identity, openStore } from './store.fixture.ts';

let directory: string;
let store: RegionStore;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'regions-'));
  store = openStore(directory);
  store.identify(identity);
});
afterEach(() => {
  store[Symbol.dispose]();
  rmSync(directory, { recursive: true });
});

function reopen(): void {
  store[Symbol.dispose]();
  store = openStore(directory);
}

/** Appends `count` records in chunks of `each` where the log ends. */
function append(count: number, each = 5): number {
  let { next } = store.boot();
  for (let left = count; left > 0; left -= each) next = store.append([chunkOf(next, Math.min(each, left))]);
  return next;
}

/** Flips to a snapshot of our own with these records as regions. */
function flipTo(index: number, records: readonly number[]): void {
  store.beginGeneration();
  for (const record of records) store.putGeneration([{ regions: 1, bytes: block(record) }]);
  const lineage = [{ term: Math.floor(index / 2 ** 36), end: index }];
  store.flip({ kind: 'snapshot', index, source: { kind: 'ours', member: 7n }, lineage });
}

test('a new store has nothing, and nothing can be appended to it', () => {
  expect(store.boot()).toEqual({
    identity,
    source: { kind: 'none' },
    maxTerm: 0,
    lineage: [],
    generation: undefined,
    first: 0,
    next: 0,
  });
  expect(() => store.append([chunkOf(0, 1)])).toThrow('no history to append to');
});

test('ids beyond 2^63 stay what they are', () => {
  reopen();
  expect(store.identify({ clusterId: identity.clusterId, memberId: 1n })).toEqual(identity);
  expect(() => store.identify({ clusterId: 9n, memberId: 1n })).toThrow('not of cluster 9');
  store.putStore({ id: 2n ** 64n - 1n, store: Buffer.from('b') });
  store.putStore({ id: 3n, store: Buffer.from('a') });
  store.putStore({ id: 3n, store: Buffer.from('c') });
  expect(store.stores().map(({ id, store: body }) => [id, Buffer.from(body).toString()])).toEqual([
    [3n, 'c'],
    [2n ** 64n - 1n, 'b'],
  ]);
  store.startTerm(0);
  flipTo(indexOf(2, 0), []);
  store.follow({ kind: 'ours', member: 2n ** 63n });
  expect(store.boot().source).toEqual({ kind: 'ours', member: 2n ** 63n });
  expect(() => store.putStore({ id: 2n ** 64n, store: Buffer.from('') })).toThrow(
    'store id 18446744073709551616',
  );
});

test('ids are reserved once, across restarts', () => {
  expect([store.reserveIds(1000), store.reserveIds(1)]).toEqual([1000n, 1001n]);
  reopen();
  expect(store.reserveIds(10)).toBe(1011n);
  expect(() => store.reserveIds(0)).toThrow('0 is no number of ids');
});

test('a cluster is bootstrapped once', () => {
  const first = { id: 1n, store: Buffer.from('store') };
  expect(store.bootstrapped()).toBeUndefined();
  expect(store.bootstrap(Buffer.from('record'), first)).toBe(true);
  reopen();
  expect(store.bootstrap(Buffer.from('other'), { id: 2n, store: Buffer.from('') })).toBe(false);
  expect(Buffer.from(store.bootstrapped() ?? []).toString()).toBe('record');
  expect(store.stores()).toHaveLength(1);
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

test('what was appended is read back from any record on, across segments, terms and restarts', () => {
  store.startTerm(0);
  append(55);
  store.startTerm(0);
  append(33, 3);
  reopen();
  const { log, boot } = contents(store);
  expect(log).toEqual([
    ...Array.from({ length: 55 }, (_, seq) => indexOf(1, seq)),
    ...Array.from({ length: 33 }, (_, seq) => indexOf(2, seq)),
  ]);
  expect([boot.first, boot.next]).toEqual([indexOf(1, 0), indexOf(2, 33)]);
  for (const [at, record] of log.entries()) {
    const read = store.readLog(record, 1000, 1_000_000);
    if (read === 'gone') throw new Error('gone');
    expect(read[0]?.first).toBe(record);
    expect(read.reduce((sum, chunk) => sum + chunk.count, 0)).toBe(log.length - at);
    expect(read.every((chunk) => chunk.count <= 8)).toBe(true);
  }
  expect(store.readLog(indexOf(1, 55), 10, 10_000)).toMatchObject([{ first: indexOf(2, 0) }, {}]);
  expect(store.readLog(indexOf(2, 33), 10, 10_000)).toEqual([]);
  expect(store.readLog(indexOf(2, 34), 10, 10_000)).toBe('gone');
  expect(store.readLog(indexOf(1, 56), 10, 10_000)).toBe('gone');
});

test('a read keeps to its limits, but gives a record at least', () => {
  store.startTerm(0);
  append(30, 10);
  const counts = (position: number, records: number, bytes: number) => {
    const read = store.readLog(position, records, bytes);
    return read === 'gone' ? read : read.map((chunk) => chunk.count);
  };
  expect(counts(indexOf(1, 0), 3, 10_000)).toEqual([3]);
  expect(counts(indexOf(1, 4), 10, 10_000)).toEqual([6]);
  expect(counts(indexOf(1, 0), 1000, 1)).toEqual([1]);
  expect(counts(indexOf(1, 0), 25, 10_000)).toEqual([10, 10]);
});

test('chunks that do not continue the log are refused, and nothing of their call is kept', () => {
  store.startTerm(0);
  const next = append(3);
  expect(() => store.append([chunkOf(next, 2), chunkOf(next + 3, 1)])).toThrow(
    '1:6 does not continue a log at 1:5',
  );
  expect(() => store.append([chunkOf(next - 1, 1)])).toThrow('1:2 does not continue');
  expect(() => store.append([chunkOf(indexOf(2, 1), 1)])).toThrow('2:1 does not continue');
  expect(() => store.append([{ first: next, count: 0, bytes: new Uint8Array() }])).toThrow('0 records');
  expect(contents(store).log).toHaveLength(3);
  expect(store.append([chunkOf(next, 1), chunkOf(indexOf(4, 0), 2)])).toBe(indexOf(4, 2));
  expect(store.boot()).toMatchObject({ maxTerm: 4, lineage: [{ term: 1, end: indexOf(1, 4) }, { term: 4 }] });
});

test('a checkpoint is what a restart begins from, with the log after its index', () => {
  store.startTerm(0);
  const index = append(10);
  store.beginGeneration();
  store.putGeneration([{ regions: 2, bytes: runOf([index - 2, index - 1]) }]);
  append(4);
  store.putGeneration([{ regions: 1, bytes: runOf([index - 3]) }]);
  store.flip({ kind: 'checkpoint', index });
  reopen();
  const found = contents(store);
  expect(found.boot.generation).toEqual({ index, regions: 3, bytes: runOf([1, 2, 3]).length });
  expect(found.generation).toEqual([index - 2, index - 1, index - 3]);
  expect(found.log).toHaveLength(14);
});

test('a checkpoint that the log does not go on from is refused', () => {
  store.startTerm(0);
  const next = append(10);
  store.beginGeneration();
  expect(() => store.flip({ kind: 'checkpoint', index: next + 1 })).toThrow('does not go on from');
  expect(() => store.flip({ kind: 'checkpoint', index: indexOf(3, 0) })).toThrow('does not go on from');
  store.flip({ kind: 'checkpoint', index: next });
  expect(() => store.flip({ kind: 'checkpoint', index: next })).toThrow('no generation was begun');
  expect(() => store.putGeneration([])).toThrow('no generation was begun');
});

test('a snapshot is another history: the log before it is gone, and what follows continues it', () => {
  store.startTerm(0);
  append(50);
  flipTo(indexOf(6, 100), [1, 2]);
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

test('an empty snapshot empties', () => {
  flipTo(indexOf(2, 5), [1, 2]);
  flipTo(indexOf(2, 9), []);
  expect(contents(store)).toMatchObject({
    generation: [],
    boot: { generation: { regions: 0 }, next: indexOf(2, 9) },
  });
});

test('a foreign leader’s indexes are taken as they are, but no term continues them', () => {
  const index = 2 ** 36 * 3 - 2;
  store.beginGeneration();
  store.putGeneration([{ regions: 1, bytes: runOf([5]) }]);
  const source = { kind: 'foreign' as const, member: 2n ** 63n + 1n };
  store.flip({ kind: 'snapshot', index, source, lineage: [] });
  store.append([chunkOf(index, 2), chunkOf(index + 2, 2)]);
  reopen();
  expect(contents(store)).toMatchObject({
    boot: { source, lineage: [], maxTerm: 0, next: index + 4 },
    log: [index, index + 1, index + 2, index + 3],
  });
  expect(() => store.append([chunkOf(2 ** 36 * 4, 1)])).toThrow('does not continue');
  expect(() => store.startTerm(0)).toThrow(ForeignHistoryError);
  expect(() => store.follow({ kind: 'ours', member: 1n })).toThrow(
    'does not continue a history of kind foreign',
  );
  store.follow({ kind: 'foreign', member: 4n });
  expect(store.boot().source).toEqual({ kind: 'foreign', member: 4n });
});

test('a snapshot whose lineage does not lead to its index is refused and changes nothing', () => {
  store.startTerm(0);
  append(2);
  const before = contents(store);
  store.beginGeneration();
  const source = { kind: 'ours' as const, member: 1n };
  const index = indexOf(2, 5);
  const lineage = [{ term: 2, end: indexOf(2, 4) }];
  expect(() => store.flip({ kind: 'snapshot', index, source, lineage })).toThrow('cannot have a lineage');
  store.abandonGeneration();
  expect(contents(store)).toEqual(before);
});

test('a restart forgets a generation that was not finished, and its rows make room', () => {
  flipTo(indexOf(2, 5), [1, 2]);
  store.beginGeneration();
  for (let piece = 0; piece < 30; piece += 1) {
    store.putGeneration([{ regions: 1, bytes: block(piece, 3000) }]);
  }
  store.abandonGeneration();
  reopen();
  store.boot();
  expect(store.sweep()).toBe(false);
  expect(contents(store).generation).toEqual([1, 2]);
});

test('a generation is written and swept in pieces, and one that is being written is not swept', () => {
  flipTo(
    indexOf(2, 5),
    Array.from({ length: 10 }, (_, at) => at),
  );
  store.beginGeneration();
  const run = { regions: 1, bytes: block(77, 3000) };
  expect(() => store.putGeneration([run, run])).toThrow('more than the 4096 that are written at once');
  for (let piece = 0; piece < 4; piece += 1) store.putGeneration([run]);
  expect(store.sweep()).toBe(false);
  store.flip({ kind: 'checkpoint', index: indexOf(2, 5) });
  expect(store.sweep()).toBe(true);
  expect(store.sweep()).toBe(false);
  store.beginGeneration();
  store.abandonGeneration();
  expect(contents(store).generation).toEqual([77, 77, 77, 77]);
});

test('the log is trimmed to its retention in whole segments, but never above the generation', () => {
  store.startTerm(0);
  const retention = { records: 30, bytes: 500, pinnedBytes: 0 };
  const index = append(100);
  expect(store.trim(retention, [], 0)).toEqual({ first: indexOf(1, 0), refused: [] });
  store.beginGeneration();
  store.flip({ kind: 'checkpoint', index: index - 50 });
  expect(store.trim(retention, [indexOf(1, 10), indexOf(1, 45)], 0)).toEqual({
    first: indexOf(1, 40),
    refused: [indexOf(1, 10)],
  });
  expect(store.readLog(indexOf(1, 39), 10, 1000)).toBe('gone');
  expect([store.sweep(), store.sweep(), store.sweep()]).toEqual([true, true, false]);
  reopen();
  expect(contents(store).log).toEqual(Array.from({ length: 60 }, (_, at) => indexOf(1, 40 + at)));
});

test('a pinned record stays while the pins’ budget lasts', () => {
  store.startTerm(0);
  const index = append(100);
  store.beginGeneration();
  store.flip({ kind: 'checkpoint', index });
  const retention = { records: 30, bytes: 0, pinnedBytes: 1_000_000 };
  expect(store.trim(retention, [indexOf(1, 25)], 0)).toEqual({ first: indexOf(1, 20), refused: [] });
});

test('terms that nobody can go on from are forgotten with the log', () => {
  for (let term = 1; term <= 4; term += 1) {
    store.startTerm(0);
    append(20);
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

test('a reset forgets the history at once and keeps what must not come back', () => {
  store.startTerm(6);
  append(40);
  store.reserveIds(50);
  store.beginGeneration();
  store.flip({ kind: 'checkpoint', index: indexOf(7, 40) });
  store.reset();
  reopen();
  expect(contents(store)).toEqual({
    boot: {
      identity,
      source: { kind: 'none' },
      maxTerm: 7,
      lineage: [],
      generation: undefined,
      first: 0,
      next: 0,
    },
    generation: [],
    log: [],
    regions: Array.from({ length: 7 }),
  });
  expect([store.startTerm(0), store.reserveIds(1)]).toEqual([8, 51n]);
});

test('a million small records are read back in order', () => {
  store[Symbol.dispose]();
  store = openStore(directory, { segmentRecords: 50_000, chunk: { records: 1000, bytes: 262_144 } });
  let next = indexOf(store.startTerm(0), 0);
  const { bytes } = chunkOf(0, 1000);
  for (let call = 0; call < 100; call += 1) {
    next = store.append(
      Array.from({ length: 10 }, (_, at) => ({ first: next + at * 1000, count: 1000, bytes })),
    );
  }
  let position = indexOf(1, 0);
  for (;;) {
    const read = store.readLog(position, 50_000, 4_194_304);
    if (read === 'gone') throw new Error('gone');
    if (read.length === 0) break;
    for (const chunk of read) {
      expect([chunk.first, chunk.count]).toEqual([position, 1000]);
      expect(Buffer.compare(chunk.bytes, bytes)).toBe(0);
      position += chunk.count;
    }
  }
  expect(position).toBe(next);
  expect(store.boot()).toMatchObject({ first: indexOf(1, 0), next: indexOf(1, 1_000_000) });
});
