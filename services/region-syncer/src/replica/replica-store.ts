// What a replica asks of its store: methods of RegionStore, on whatever thread it runs. Calls take effect in the order
// they are made, whichever of them is awaited.

import type { RegionStoreThread } from '../store/open-region-store.ts';
import type { RegionStore } from '../store/region-store.ts';

const methods = [
  'boot',
  'state',
  'readGeneration',
  'readLog',
  'append',
  'startTerm',
  'seeTerm',
  'beginGeneration',
  'putGeneration',
  'flip',
  'abandonGeneration',
  'trim',
  'sweep',
] as const;

/** What is called. */
export type StoreMethod = (typeof methods)[number];

/** RegionStore's methods of the same names; see there. A call may take effect though its answer was an error of time. */
export type ReplicaStore = {
  readonly [Name in StoreMethod]: (
    ...args: Parameters<RegionStore[Name]>
  ) => Promise<ReturnType<RegionStore[Name]>>;
};

/** Performs a call; calls that are made one after the other take effect in this order. */
export type StoreCall = (method: StoreMethod, args: readonly unknown[]) => Promise<unknown>;

/** A store that is called by `call`. */
export function storeBy(call: StoreCall): ReplicaStore {
  const calls = methods.map((method) => [method, (...args: unknown[]) => call(method, args)]);
  return Object.fromEntries(calls) as ReplicaStore;
}

/** The store behind `thread`. */
export function storeOn(thread: Pick<RegionStoreThread, 'call'>): ReplicaStore {
  return storeBy((method, args) => thread.call(method, ...(args as never)));
}
