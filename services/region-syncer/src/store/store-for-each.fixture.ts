// A store for each test of a file, in a folder of its own.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { RegionStore } from './region-store.ts';
import { identity, openStore } from './store.fixture.ts';
import type { RegionStoreOptions } from './store-options.ts';

/**
 * Gives `use` the store that each test begins with. What comes back closes it and gives another one on its file, with
 * other options.
 */
export function storeForEach(
  use: (store: RegionStore) => void,
): (change?: Partial<RegionStoreOptions>) => void {
  let directory: string;
  let store: RegionStore;
  const open = (change?: Partial<RegionStoreOptions>) => {
    store = openStore(directory, change);
    use(store);
  };
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'regions-'));
    open();
    store.identify(identity);
  });
  afterEach(() => {
    store[Symbol.dispose]();
    rmSync(directory, { recursive: true });
  });
  return (change) => {
    store[Symbol.dispose]();
    open(change);
  };
}
