import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from '@syncline/sqlite/database.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LeafStore } from './leaf-store.ts';

interface Leaf {
  readonly id: number;
  readonly path: Uint8Array;
  readonly record: Uint8Array;
}

/** What a store that was given these leaves reads back. */
function readBack(leaves: readonly Leaf[]): Leaf[] {
  using store = new LeafStore(':memory:');
  store.transaction(() => {
    for (const { id, path, record } of leaves) {
      store.putPath(id, path);
      store.put(id, record);
    }
  });
  const read: Leaf[] = [];
  store.loadLeaves((id, bytes, path, record, end) =>
    read.push({
      id,
      path: new Uint8Array(bytes.subarray(path, record)),
      record: new Uint8Array(bytes.subarray(record, end)),
    }),
  );
  return read;
}

const byId = (leaves: readonly Leaf[]) => leaves.toSorted((a, b) => a.id - b.id);
const filled = (length: number) => new Uint8Array(length).map((_, i) => i * 37);

test('leaves are read as they were written, whatever bytes they have', () => {
  const leaf = fc.record({
    id: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    path: fc.uint8Array({ maxLength: 40 }),
    record: fc.uint8Array({ maxLength: 40 }),
  });
  fc.assert(
    fc.property(fc.uniqueArray(leaf, { selector: ({ id }) => id, maxLength: 20 }), (leaves) => {
      expect(readBack(leaves)).toEqual(byId(leaves));
    }),
  );
});

test('leaves that are too large for a page are read among the others', () => {
  const lengths = [100, 8191, 8192, 8193, 100_000, 20];
  const leaves = lengths.map((length, id) => ({ id, path: filled(12), record: filled(length - 12) }));
  expect(readBack(leaves)).toEqual(leaves);
});

test('leaves of many pages are read in the order of their ids', () => {
  const leaves = Array.from({ length: 12_000 }, (_, i) => ({
    id: 3 * i,
    path: Uint8Array.of(i, i >> 8),
    record: Uint8Array.of(0, i),
  }));
  expect(readBack(leaves.toReversed())).toEqual(leaves);
});

test('a store without leaves gives none', () => {
  expect(readBack([])).toEqual([]);
});

test('a file without our tables is refused and left closed', () => {
  const directory = mkdtempSync(join(tmpdir(), 'leaves-'));
  try {
    const file = join(directory, 'a.db');
    const options = { migrations: ['CREATE TABLE other (a INTEGER) STRICT'], synchronous: 'NORMAL' } as const;
    open(file, options).close();
    expect(() => new LeafStore(file)).toThrow('no such table');
    open(file, { ...options, exclusive: true, busyTimeoutMs: 0 }).close();
  } finally {
    rmSync(directory, { recursive: true });
  }
});
