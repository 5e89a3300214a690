import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FailpointError } from '@syncline/runtime/failpoint.ts';
import { open } from '@syncline/sqlite/database.ts';
import { asStoreFault, faultOf, type StoreFault } from '@syncline/sqlite/store-fault.ts';
import { refusalOf } from '@syncline/sqlite/store-refusal.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { indexOf } from '../log/index.ts';
import { block, chunkOf } from '../log/run.fixture.ts';
import { contents, identity, openStore, storeOptions } from './store.fixture.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'faults-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function thrownBy(attempt: () => unknown): unknown {
  try {
    attempt();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was refused');
}

/** What the disk refused when this was tried. */
function refusal(attempt: () => unknown): StoreFault | undefined {
  return faultOf(thrownBy(attempt));
}

test('a full disk refuses an append whole, and takes it again when there is room', () => {
  using store = openStore(directory, { diskBytes: 300_000 });
  store.identify(identity);
  const next = indexOf(store.startTerm(0), 0);
  let end = next;
  const fill = () => {
    for (;;) end = store.append([chunkOf(end, 20, 500)]);
  };
  expect(refusal(fill)).toBe('disk-full');
  expect(contents(store)).toMatchObject({ boot: { next: end }, log: { length: end - next } });
  // Two chunks of which the second does not fit: the first is not kept either.
  expect(refusal(() => store.append([chunkOf(end, 1), chunkOf(end + 1, 20, 2000)]))).toBe('disk-full');
  expect(store.boot().next).toBe(end);
  store.beginGeneration();
  store.flip({ kind: 'checkpoint', index: end });
  store.trim({ records: 100, bytes: 1_000_000, pinnedBytes: 0 }, [], 0);
  while (store.sweep());
  expect(store.append([chunkOf(end, 20, 500)])).toBe(end + 20);
  expect(contents(store).log.at(-1)).toBe(end + 19);
});

test('a full disk refuses a piece of a generation, and the active one stays', () => {
  using store = openStore(directory, { diskBytes: 300_000 });
  store.identify(identity);
  store.startTerm(0);
  const next = store.append([chunkOf(indexOf(1, 0), 10)]);
  store.beginGeneration();
  store.putGeneration([{ regions: 1, bytes: block(42) }]);
  store.flip({ kind: 'checkpoint', index: next });
  store.beginGeneration();
  const fill = () => {
    for (;;) store.putGeneration([{ regions: 1, bytes: block(7, 4000) }]);
  };
  expect(refusal(fill)).toBe('disk-full');
  store.abandonGeneration();
  while (store.sweep());
  expect(contents(store)).toMatchObject({ generation: [42], boot: { next } });
  expect(store.append([chunkOf(next, 1)])).toBe(next + 1);
});

test('an append that fails at its commit leaves the store as it was, and can be repeated', () => {
  let failing = false;
  using store = openStore(directory, {}, (point) => {
    if (failing && point === 'log.append.before-commit') throw new FailpointError(point, 'the disk is gone');
  });
  store.identify(identity);
  store.startTerm(0);
  const next = store.append([chunkOf(indexOf(1, 0), 19)]);
  failing = true;
  // Of a new segment and a new term nothing stays.
  const chunks = [chunkOf(next, 5), chunkOf(indexOf(2, 0), 30), chunkOf(indexOf(2, 30), 1)];
  expect(refusal(() => store.append(chunks))).toBe('io');
  expect(store.boot()).toMatchObject({ next, maxTerm: 1, lineage: [{ term: 1 }] });
  failing = false;
  expect(store.append(chunks)).toBe(indexOf(2, 31));
  expect(contents(store).log).toHaveLength(55);
});

test('what could not be synced is there, and said to be: it is not given out again', () => {
  let failing = false;
  using store = openStore(directory, {}, (point) => {
    if (failing && point === 'sync') throw new FailpointError(point, 'the disk is gone');
  });
  store.identify(identity);
  failing = true;
  const row = { id: 1n, store: Uint8Array.of(7) };
  for (const attempt of [
    () => store.startTerm(0),
    () => store.reserveIds(10),
    () => store.putStore(row),
    () => store.bootstrap(Uint8Array.of(8), row),
  ])
    expect(refusalOf(thrownBy(attempt))).toBe('unknown');
  failing = false;
  expect([store.startTerm(0), store.reserveIds(1)]).toEqual([2, 11n]);
  expect([store.stores(), store.bootstrapped()]).toEqual([[row], Uint8Array.of(8)]);
  expect(store.bootstrap(Uint8Array.of(9), row)).toBe(false);
});

test('a file that another process has open is busy', () => {
  using first = openStore(directory);
  expect(first.boot().next).toBe(0);
  expect(refusal(() => openStore(directory))).toBe('busy');
});

test('a lock that another connection holds is busy', () => {
  const options = { migrations: [], synchronous: 'NORMAL', busyTimeoutMs: 0 } as const;
  const [one, two] = [1, 2].map(() => open(join(directory, 'shared.db'), options));
  one?.exec('BEGIN IMMEDIATE');
  expect(refusal(() => attempt(() => two?.exec('BEGIN IMMEDIATE')))).toBe('busy');
  one?.close();
  two?.close();
});

test('a file with other bytes in it is corrupt', () => {
  {
    using store = openStore(directory);
    store.identify(identity);
    let next = indexOf(store.startTerm(0), 0);
    for (let call = 0; call < 50; call += 1) next = store.append([chunkOf(next, 1, 1000)]);
  }
  const { file } = storeOptions(directory);
  const bytes = readFileSync(file);
  // The schema is on the first page; what follows are the tables.
  writeFileSync(file, bytes.fill(0xa5, 8192));
  expect(
    refusal(() => {
      using store = openStore(directory);
      contents(store);
    }),
  ).toBe('corrupt');
});

test('a fault of this program is not taken for one of the disk', () => {
  using store = openStore(directory);
  expect(refusal(() => store.readGeneration(0, 1000))).toBeUndefined();
  expect(faultOf('disk-full')).toBeUndefined();
  expect(faultOf(new Error('x', { cause: { fault: 'fire' } }))).toBeUndefined();
});

/** Runs what is tried as a store does. */
function attempt(body: () => unknown): unknown {
  try {
    return body();
  } catch (error) {
    throw asStoreFault('try', error);
  }
}
