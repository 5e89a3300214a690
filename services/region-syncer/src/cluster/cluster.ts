// What a leader keeps of its cluster beside the regions: that it was bootstrapped, its stores, and ids.
// Invariant: what was answered is on disk. A store's statistics are not; it repeats them every ten seconds.

import { Store } from '@syncline/proto/metapb.ts';
import { BootstrapRequest, type StoreStats } from '@syncline/proto/pdpb.ts';
import type { Clock } from '@syncline/runtime/clock.ts';
import type { RegionStoreThread } from '../store/open-region-store.ts';
import { IdBatches } from './id-batches.ts';
import { addressConflict, isRemoved } from './store-address.ts';
import { mergeLabels } from './store-labels.ts';

/** A store as its PutStore and its last StoreHeartbeat have it. */
export interface KnownStore {
  readonly store: Store;
  /** Undefined before its first heartbeat since the start. */
  readonly stats: StoreStats | undefined;
}

/** A store that cannot be registered; the message is PD's. */
export class StoreRefusedError extends Error {
  override name = 'StoreRefusedError';
}

/** The store was removed from the cluster for good. */
export class StoreTombstoneError extends Error {
  override name = 'StoreTombstoneError';

  constructor() {
    super('store is tombstone');
  }
}

type ClusterStore = Pick<RegionStoreThread, 'call'>;

export class Cluster {
  readonly #disk: ClusterStore;
  readonly #clock: Clock;
  readonly #ids: IdBatches;
  readonly #stores = new Map<bigint, KnownStore>();
  #isBootstrapped: boolean;
  #bootstrapping: Promise<boolean> | undefined;

  /** Reads what was kept. */
  static async load(disk: ClusterStore, clock: Clock): Promise<Cluster> {
    const [record, stores] = await Promise.all([disk.call('bootstrapped'), disk.call('stores')]);
    const cluster = new Cluster(disk, clock, record !== undefined);
    for (const { id, store } of stores)
      cluster.#stores.set(id, { store: Store.decode(store), stats: undefined });
    return cluster;
  }

  private constructor(disk: ClusterStore, clock: Clock, isBootstrapped: boolean) {
    this.#disk = disk;
    this.#clock = clock;
    this.#isBootstrapped = isBootstrapped;
    this.#ids = new IdBatches((count) => disk.call('reserveIds', count));
  }

  get isBootstrapped(): boolean {
    return this.#isBootstrapped;
  }

  /**
   * The cluster begins with this store; false when it has begun. `admit` makes the first region durable and comes
   * first, so that a kill in between leaves a cluster that can still be bootstrapped.
   */
  async bootstrap(store: Store, request: BootstrapRequest, admit: () => Promise<void>): Promise<boolean> {
    while (this.#bootstrapping !== undefined) await this.#bootstrapping.catch(() => false);
    if (this.#isBootstrapped) return false;
    this.#bootstrapping = this.#bootstrap(store, request, admit).finally(() => {
      this.#bootstrapping = undefined;
    });
    return this.#bootstrapping;
  }

  /** A store that is known, removed ones too. */
  store(id: bigint): KnownStore | undefined {
    return this.#stores.get(id);
  }

  /** All that are known, by id. */
  stores(): readonly KnownStore[] {
    return [...this.#stores.values()].toSorted((a, b) => (a.store.id < b.store.id ? -1 : 1));
  }

  /** Registers a store, or what has changed of it. Rejects with StoreRefusedError or StoreTombstoneError. */
  async putStore(said: Store): Promise<void> {
    if (said.id === 0n) throw new StoreRefusedError('invalid put store: id is 0');
    const before = this.#stores.get(said.id);
    if (before !== undefined && isRemoved(before.store)) throw new StoreTombstoneError();
    const conflict = addressConflict(
      said,
      Array.from(this.#stores.values(), ({ store }) => store),
    );
    if (conflict !== undefined) throw new StoreRefusedError(conflict);
    const store = before === undefined ? said : updated(before.store, said);
    const known = { store, stats: before?.stats };
    // Known before it is on disk: a second call must see the addresses of the first one.
    this.#stores.set(said.id, known);
    try {
      await this.#disk.call('putStore', { id: said.id, store: Store.encode(store).finish() });
    } catch (error) {
      if (this.#stores.get(said.id)?.store === store) this.#restore(said.id, before);
      throw error;
    }
  }

  /** Notes a store's statistics; undefined when the store is not known. Throws StoreTombstoneError. */
  heartbeat(stats: StoreStats): KnownStore | undefined {
    const before = this.#stores.get(stats.storeId);
    if (before === undefined) return undefined;
    if (isRemoved(before.store)) throw new StoreTombstoneError();
    const known = { store: { ...before.store, lastHeartbeat: this.#clock.now() }, stats };
    this.#stores.set(stats.storeId, known);
    return known;
  }

  /** Gives out `count` consecutive ids, the last of them. Rejects when the disk refuses. */
  allocate(count: number): Promise<bigint> {
    return this.#ids.allocate(count);
  }

  async #bootstrap(store: Store, request: BootstrapRequest, admit: () => Promise<void>): Promise<boolean> {
    await admit();
    const isFirst = await this.#disk.call('bootstrap', BootstrapRequest.encode(request).finish(), {
      id: store.id,
      store: Store.encode(store).finish(),
    });
    this.#isBootstrapped = true;
    if (isFirst) this.#stores.set(store.id, { store, stats: undefined });
    return isFirst;
  }

  #restore(id: bigint, before: KnownStore | undefined): void {
    if (before === undefined) this.#stores.delete(id);
    else this.#stores.set(id, before);
  }
}

/** What a store may say anew of itself; its state is the cluster's to say. */
function updated(before: Store, said: Store): Store {
  const { address, statusAddress, peerAddress, gitHash, version, startTimestamp, deployPath } = said;
  return {
    ...before,
    address,
    statusAddress,
    peerAddress,
    gitHash,
    version,
    startTimestamp,
    deployPath,
    labels: mergeLabels(before.labels, said.labels),
  };
}
