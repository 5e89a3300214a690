import { expect, test } from 'vitest';
import { indexOf } from '../log/index.ts';
import { block, runOf } from '../log/run.fixture.ts';
import type { RegionStore } from './region-store.ts';
import { appendTo, contents, flipTo } from './store.fixture.ts';
import { storeForEach } from './store-for-each.fixture.ts';

let store: RegionStore;
const reopen = storeForEach((opened) => {
  store = opened;
});

test('a checkpoint is what a restart begins from, with the log after its index', () => {
  store.startTerm(0);
  const index = appendTo(store, 10);
  store.beginGeneration();
  store.putGeneration([{ regions: 2, bytes: runOf([index - 2, index - 1]) }]);
  appendTo(store, 4);
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
  const next = appendTo(store, 10);
  store.beginGeneration();
  expect(() => store.flip({ kind: 'checkpoint', index: next + 1 })).toThrow('does not go on from');
  expect(() => store.flip({ kind: 'checkpoint', index: indexOf(3, 0) })).toThrow('does not go on from');
  store.flip({ kind: 'checkpoint', index: next });
  expect(() => store.flip({ kind: 'checkpoint', index: next })).toThrow('no generation was begun');
  expect(() => store.putGeneration([])).toThrow('no generation was begun');
});

test('an empty snapshot empties', () => {
  flipTo(store, indexOf(2, 5), [1, 2]);
  flipTo(store, indexOf(2, 9), []);
  expect(contents(store)).toMatchObject({
    generation: [],
    boot: { generation: { regions: 0 }, next: indexOf(2, 9) },
  });
});

test('a restart forgets a generation that was not finished, and its rows make room', () => {
  flipTo(store, indexOf(2, 5), [1, 2]);
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
    store,
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
