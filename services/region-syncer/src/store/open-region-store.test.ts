import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { faultOf } from '@syncline/sqlite/store-fault.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { indexOf } from '../log/index.ts';
import { chunkOf, runOf } from '../log/run.fixture.ts';
import { openRegionStore, type RegionStoreThread } from './open-region-store.ts';
import { identity, storeOptions } from './store.fixture.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'thread-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function start(failpoints = ''): Promise<RegionStoreThread> {
  const options = { ...storeOptions(directory), failpoints };
  return openRegionStore(options, 5000, (error) => expect.fail(error.message));
}

/** The bytes in memory that both threads have. */
function shared(bytes: Uint8Array): Uint8Array {
  const view = new Uint8Array(new SharedArrayBuffer(bytes.length + 100), 50, bytes.length);
  view.set(bytes);
  return view;
}

test('what is in shared memory goes to the store and comes back in shared memory', async () => {
  await using store = await start();
  expect(await store.call('identify', identity)).toEqual(identity);
  const term = await store.call('startTerm', 0);
  const chunk = chunkOf(indexOf(term, 0), 5);
  const next = await store.call('append', [{ ...chunk, bytes: shared(chunk.bytes) }]);
  await store.call('beginGeneration');
  await store.call('putGeneration', [{ regions: 2, bytes: shared(runOf([1, 2])) }]);
  await store.call('flip', { kind: 'checkpoint', index: next });
  const page = await store.call('readGeneration', 0, 4_194_304);
  expect(page).toMatchObject({ regions: 2, cursor: undefined });
  expect(Buffer.from(page.bytes)).toEqual(runOf([1, 2]));
  expect(page.bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
  const read = await store.call('readLog', indexOf(term, 0), 100, 100_000);
  if (read === 'gone') throw new Error('gone');
  expect(read.map(({ bytes }) => Buffer.from(bytes))).toEqual([chunk.bytes]);
  expect(read[0]?.bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
});

test('what the disk refused is known on the other thread', async () => {
  await using store = await start('term.start=error:no such disk');
  await store.call('identify', identity);
  const refused: unknown = await store.call('startTerm', 0).catch((error: unknown) => error);
  expect(faultOf(refused)).toBe('io');
  expect(String(refused)).toContain('start a term: no such disk');
});

test('a file that another process has open rejects the opening with its name', async () => {
  await using first = await start();
  await expect(start()).rejects.toThrow(`cannot open the database ${storeOptions(directory).file}`);
  expect(await first.call('stores')).toEqual([]);
});
