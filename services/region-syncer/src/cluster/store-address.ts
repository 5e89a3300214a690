// Two stores must not share an address: peers that dial one would reach the other. PD's rule and words.

import { NodeState, type Store, StoreState } from '@syncline/proto/metapb.ts';

/** The store is gone for good: its id is refused, its address may be used again. */
export function isRemoved(store: Store): boolean {
  return store.nodeState === NodeState.Removed || store.state === StoreState.Tombstone;
}

/** What is wrong with the addresses of `store` among the others; undefined when nothing is. */
export function addressConflict(store: Store, others: Iterable<Store>): string | undefined {
  for (const other of others) {
    if (other.id === store.id || isRemoved(other) || other.physicallyDestroyed) continue;
    const taken = [other.address, other.peerAddress].filter((address) => address !== '');
    const registered = `already registered by ${storeText(other)}`;
    if (taken.includes(store.address)) return `duplicated store address: ${storeText(store)}, ${registered}`;
    if (taken.includes(store.peerAddress))
      return `duplicated store peer address: ${storeText(store)}, ${registered}`;
  }
  return undefined;
}

/** A store in one line, as PD's errors have it. */
function storeText({ id, address, version }: Store): string {
  return `id:${id} address:${JSON.stringify(address)} version:${JSON.stringify(version)}`;
}
