// The store as the book sees it: steps that are made or refused. All other errors mean that nobody knows which.

import { faultOf } from '@syncline/sqlite/store-fault.ts';
import type { StoreThread } from '@syncline/sqlite/store-thread.ts';
import { type BookStore, RefusedError } from '../book/book-store.ts';
import { rowChange } from './book-rows.ts';
import type { ProxyStore } from './proxy-store.ts';

/** The store behind `thread`. */
export function bookStoreOn(thread: StoreThread<ProxyStore>): BookStore {
  return {
    commit: (changes) => refusable(thread.call('commit', changes.map(rowChange))),
    probe: () => refusable(thread.call('probe')),
  };
}

async function refusable(call: Promise<void>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (faultOf(error) === undefined || !(error instanceof Error)) throw error;
    throw new RefusedError(error.message, { cause: error });
  }
}
