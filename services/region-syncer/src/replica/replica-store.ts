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

type Method = (typeof methods)[number];

/** RegionStore's methods of the same names; see there. A call may take effect though its answer was an error of time. */
export type ReplicaStore = {
  readonly [Name in Method]: (
    ...args: Parameters<RegionStore[Name]>
  ) => Promise<ReturnType<RegionStore[Name]>>;
};

/** The store behind `thread`. */
export function storeOn(thread: RegionStoreThread): ReplicaStore {
  const calls = methods.map((name) => [name, (...args: never) => thread.call(name, ...args)]);
  return Object.fromEntries(calls) as ReplicaStore;
}
