// The store, seen from the thread that serves the network.

import { type StoreLostError, StoreThread } from '@syncline/sqlite/store-thread.ts';
import type { ProxyStore, StoreOptions } from './proxy-store.ts';

/** What the store's thread is started with. */
export interface StoreThreadOptions extends StoreOptions {
  /** Its failpoints, as parseFailpoints reads them. */
  readonly failpoints: string;
}

/**
 * Starts the store's thread. `deadlineMs` bounds the opening and each call; `onLost` is called once when the thread ends by
 * itself. Rejects with the message of what opening threw. See faultOf() for what calls reject with.
 */
export function openProxyStore(
  options: StoreThreadOptions,
  deadlineMs: number,
  onLost: (error: StoreLostError) => void,
): Promise<StoreThread<ProxyStore>> {
  const entry = new URL('./store-worker.ts', import.meta.url);
  return StoreThread.open<ProxyStore>({ entry, data: options, deadlineMs, onLost });
}
