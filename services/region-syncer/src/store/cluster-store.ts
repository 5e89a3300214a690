// What a node keeps of its cluster, apart from the regions. A call that has changed it returns when a power cut cannot
// undo that, or throws UnsyncedError.

import { ClusterTable, type Identity, type StoreRow } from './cluster-table.ts';
import type { StoreFile } from './store-file.ts';

export class ClusterStore {
  readonly #file: StoreFile;
  readonly #table: ClusterTable;

  constructor(file: StoreFile) {
    this.#file = file;
    this.#table = new ClusterTable(file.database);
  }

  /** Who this node is; undefined before its first start. */
  get identity(): Identity | undefined {
    return this.#table.identity();
  }

  /** See RegionStore. */
  identify(proposed: Identity): Identity {
    return this.#file.writeThrough('identify', () => {
      const kept = this.identity;
      if (kept === undefined) this.#table.setIdentity(proposed);
      else if (kept.clusterId !== proposed.clusterId)
        throw new RangeError(
          `the store is of cluster ${kept.clusterId}, not of cluster ${proposed.clusterId}`,
        );
      return kept ?? proposed;
    });
  }

  putStore(store: StoreRow): void {
    this.#file.writeThrough('put a store', () => this.#table.putStore(store));
  }

  /** Every store, by id. */
  stores(): StoreRow[] {
    return this.#file.read('read the stores', () => this.#table.stores());
  }

  /** See RegionStore. */
  reserveIds(count: number): bigint {
    if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`${count} is no number of ids`);
    return this.#file.writeThrough('reserve ids', () => {
      const last = this.#table.lastId() + BigInt(count);
      this.#table.setLastId(last);
      return last;
    });
  }

  /** See RegionStore. */
  bootstrap(record: Uint8Array, store: StoreRow): boolean {
    return this.#file.writeThrough('bootstrap', () => {
      if (this.#table.bootstrapped() !== undefined) return false;
      this.#table.setBootstrapped(record);
      this.#table.putStore(store);
      return true;
    });
  }

  /** What the cluster was bootstrapped with; undefined before. */
  bootstrapped(): Uint8Array | undefined {
    return this.#file.read('read the bootstrap record', () => this.#table.bootstrapped());
  }
}
