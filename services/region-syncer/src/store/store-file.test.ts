import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { chunkOf } from '../log/run.fixture.ts';
import { contents, identity, openStore, storeOptions } from './store.fixture.ts';

const pageBytes = 4096;
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'file-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function pages(suffix = ''): number {
  return Math.floor(statSync(storeOptions(directory).file + suffix).size / pageBytes);
}

test('what is written stays in the write-ahead log until it is enough, and is moved after the answer alone', () => {
  using store = openStore(directory, { walPages: 20 });
  store.identify(identity);
  store.startTerm(0);
  const append = (chunks: number) => {
    for (let i = 0; i < chunks; i++) store.append([chunkOf(store.boot().next, 8, 500)]);
  };
  const before = pages();
  append(2);
  store.tidy();
  expect(pages()).toBe(before);
  append(20);
  expect(pages()).toBe(before);
  store.tidy();
  expect(pages()).toBeGreaterThan(before + 20);
  const log = pages('-wal');
  for (let i = 0; i < 20; i++) {
    append(2);
    store.tidy();
  }
  expect(pages('-wal')).toBe(log);
  expect(contents(store).log).toHaveLength(62 * 8);
});

test('a call of many transactions does not let the log grow', () => {
  {
    using store = openStore(directory, { walPages: 20 });
    store.identify(identity);
    store.startTerm(0);
    store.beginGeneration();
    for (let i = 0; i < 200; i++) {
      store.putGeneration([{ regions: 8, bytes: chunkOf(0, 8, 500).bytes }]);
      store.tidy();
    }
  }
  using store = openStore(directory, { walPages: 20 });
  store.boot();
  const swept = pages('-wal');
  store.beginGeneration();
  for (let i = 0; i < 200; i++) {
    store.putGeneration([{ regions: 8, bytes: chunkOf(0, 8, 500).bytes }]);
    store.tidy();
  }
  store.abandonGeneration();
  store.beginGeneration();
  expect([swept, pages('-wal')].map((log) => log <= 60)).toEqual([true, true]);
});
