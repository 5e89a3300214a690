// The store, seen from the thread that serves the network.
// What crosses to its thread is copied unless it is in shared memory, and a view takes the whole of its buffer along:
// hand over views of shared pages, or buffers of just the bytes.

import { type StoreLostError, StoreThread } from '@syncline/sqlite/store-thread.ts';
import type { RegionStore } from './region-store.ts';
import type { RegionStoreOptions } from './store-options.ts';

/** What the store's thread is started with. */
export interface StoreThreadOptions extends RegionStoreOptions {
  /** Its failpoints, as parseFailpoints reads them. */
  readonly failpoints: string;
}

export type RegionStoreThread = StoreThread<RegionStore>;

/**
 * Starts the store's thread. `deadlineMs` bounds the opening and each call; `onLost` is called once when the thread ends by
 * itself. Rejects with DatabaseOpenError's message when the file cannot be opened. See faultOf() for what calls reject with.
 */
export function openRegionStore(
  options: StoreThreadOptions,
  deadlineMs: number,
  onLost: (error: StoreLostError) => void,
): Promise<RegionStoreThread> {
  const entry = new URL('./store-worker.ts', import.meta.url);
  return StoreThread.open<RegionStore>({ entry, data: options, deadlineMs, onLost });
}
