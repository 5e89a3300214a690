// The allocator's view of a store in a thread of its own.

import { faultOf } from '@syncline/sqlite/store-fault.ts';
import { StoreDeadlineError, type StoreThread } from '@syncline/sqlite/store-thread.ts';
import { StoreRefusedError, StoreUnsureError, type TreeStore } from '../allocation/tree-store.ts';
import type { LeaseRow } from '../tree/rows.ts';
import type { IpamStore } from './ipam-store.ts';

/** `page` is how many leases are read at once: what the thread that serves the network has to take in one go. */
export function treeStoreOn(store: StoreThread<IpamStore>, page: number): TreeStore {
  return {
    load: () =>
      translated(async () => {
        const branches = await store.call('branches');
        const leases: LeaseRow[] = [];
        for (;;) {
          const more = await store.call('leases', leases.at(-1), page);
          leases.push(...more);
          if (more.length < page) return { ...branches, leases };
        }
      }),
    apply: (changes) => translated(() => store.call('apply', changes)),
    probe: () => translated(() => store.call('probe')),
  };
}

async function translated<Value>(call: () => Promise<Value>): Promise<Value> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof StoreDeadlineError) throw new StoreUnsureError(error.message, { cause: error });
    const fault = faultOf(error);
    if (fault === undefined || !(error instanceof Error)) throw error;
    throw new StoreRefusedError(`the disk refuses (${fault}): ${error.message}`, { cause: error });
  }
}
