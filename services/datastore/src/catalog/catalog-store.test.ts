import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CatalogStore } from './catalog-store.ts';

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'catalog-'));
  file = join(directory, 'catalog.db');
});
afterEach(() => rmSync(directory, { recursive: true }));

const request = Uint8Array.of(1, 2, 3);

test('what was kept comes back in order after a restart, paused or not', () => {
  {
    using catalog = new CatalogStore(file);
    catalog.insert(1, 'r1', request);
    catalog.insert(2, 'r2', Uint8Array.of());
    catalog.setPaused(2, true);
  }
  using catalog = new CatalogStore(file);
  expect(catalog.list()).toEqual([
    { number: 1, name: 'r1', request, paused: false },
    { number: 2, name: 'r2', request: Uint8Array.of(), paused: true },
  ]);
  catalog.setPaused(2, false);
  expect([catalog.find(2)?.paused, catalog.find(3)]).toEqual([false, undefined]);
});

test('a name that is taken changes nothing', () => {
  using catalog = new CatalogStore(file);
  catalog.insert(1, 'r1', request);
  expect(() => catalog.insert(2, 'r1', Uint8Array.of(9))).toThrow('UNIQUE');
  expect(catalog.list()).toEqual([{ number: 1, name: 'r1', request, paused: false }]);
});

test('the number of a removed datastore is remembered, also after a restart', () => {
  {
    using catalog = new CatalogStore(file);
    expect(catalog.lastNumber()).toBe(0);
    catalog.insert(3, 'r1', request);
    catalog.remove(3);
  }
  using catalog = new CatalogStore(file);
  expect(catalog.lastNumber()).toBe(3);
});

test('every start has a number of its own', () => {
  const starts = [1, 2, 3].map(() => {
    using catalog = new CatalogStore(file);
    return catalog.countStart();
  });
  expect(starts).toEqual([1, 2, 3]);
});
