import { expect, test } from 'vitest';
import { indexOf } from '../log/index.ts';
import { chunkOf } from '../log/run.fixture.ts';
import type { RegionStore } from './region-store.ts';
import { appendTo, contents } from './store.fixture.ts';
import { storeForEach } from './store-for-each.fixture.ts';

let store: RegionStore;
const reopen = storeForEach((opened) => {
  store = opened;
});

test('what was appended is read back from any record on, across segments, terms and restarts', () => {
  store.startTerm(0);
  appendTo(store, 55);
  store.startTerm(0);
  appendTo(store, 33, 3);
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
  appendTo(store, 30, 10);
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
  const next = appendTo(store, 3);
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

test('the log is trimmed to its retention in whole segments, but never above the generation', () => {
  store.startTerm(0);
  const retention = { records: 30, bytes: 500, pinnedBytes: 0 };
  const index = appendTo(store, 100);
  expect(store.trim(retention, [], 0)).toMatchObject({ first: indexOf(1, 0), refused: [] });
  store.beginGeneration();
  store.flip({ kind: 'checkpoint', index: index - 50 });
  expect(store.trim(retention, [indexOf(1, 10), indexOf(1, 45)], 0)).toMatchObject({
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
  const index = appendTo(store, 100);
  store.beginGeneration();
  store.flip({ kind: 'checkpoint', index });
  const retention = { records: 30, bytes: 0, pinnedBytes: 1_000_000 };
  expect(store.trim(retention, [indexOf(1, 25)], 0)).toMatchObject({ first: indexOf(1, 20), refused: [] });
});

test('a million small records are read back in order', () => {
  reopen({ segmentRecords: 50_000, chunk: { records: 1000, bytes: 262_144 } });
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
