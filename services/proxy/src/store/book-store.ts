// The store as the book sees it: steps that are made or refused. All other errors mean that nobody knows which.

import { faultOf } from '@syncline/sqlite/store-fault.ts';
import type { StoreThread } from '@syncline/sqlite/store-thread.ts';
import { type BookStore, RefusedError } from '../book/book.ts';
import { rowChange } from './book-rows.ts';
import type { ProxyStore } from './proxy-store.ts';

/** The store behind `thread`. */
export function bookStoreOn(thread: StoreThread<ProxyStore>): BookStore {
  return {
    async commit(changes) {
      try {
        await thread.call('commit', changes.map(rowChange));
      } catch (error) {
        if (faultOf(error) === undefined || !(error instanceof Error)) throw error;
        throw new RefusedError(error.message, { cause: error });
      }
    },
  };
}
