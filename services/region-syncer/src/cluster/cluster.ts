// What a leader keeps of its cluster beside the regions: that it was bootstrapped, its stores, and ids.
// Invariant: what was answered is on disk. A store's statistics are not; it repeats them every ten seconds.

import { Store } from '@syncline/proto/metapb.ts';
import { BootstrapRequest, type StoreStats } from '@syncline/proto/pdpb.ts';
import type { Clock } from '@syncline/runtime/clock.ts';
import { Waiter } from '@syncline/runtime/waiter.ts';
import type { RegionStoreThread } from '../store/open-region-store.ts';
import { IdBatches } from './id-batches.ts';
import { addressConflict, isRemoved } from './store-address.ts';
import { mergeLabels } from './store-labels.ts';

/** A store as its PutStore and its last StoreHeartbeat have it. */
export interface KnownStore {
  /** As its PutStore has it. */
  readonly store: Store;
  /** Undefined before its first heartbeat since the start. */
  readonly stats: StoreStats | undefined;
  /** When that came, in ns since 1970. */
  readonly lastHeartbeat: bigint | undefined;
}

/** Nothing was heard of it. */
const silent = { stats: undefined, lastHeartbeat: undefined } as const;

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
  #isBootstrapped = false;
  #isBootstrapping = false;
  /** Callers that wait for the bootstrap that is under way. */
  readonly #waiting: Set<Waiter> = new Set();

  /** Reads what was kept. */
  static async load(disk: ClusterStore, clock: Clock): Promise<Cluster> {
    const cluster = new Cluster(disk, clock);
    await cluster.#read();
    return cluster;
  }

  private constructor(disk: ClusterStore, clock: Clock) {
    this.#disk = disk;
    this.#clock = clock;
    this.#ids = new IdBatches((count) => disk.call('reserveIds', count));
  }

  get isBootstrapped(): boolean {
    return this.#isBootstrapped;
  }

  /**
   * The cluster begins with this store; false when it has begun. `admit` makes the first region durable and comes
   * first, so that a kill in between leaves a cluster that can still be bootstrapped. The signal ends the waiting for
   * another call's bootstrap alone: one that has begun goes on, and who asks again is told what came of it.
   */
  async bootstrap(
    store: Store,
    request: BootstrapRequest,
    admit: () => Promise<void>,
    signal: AbortSignal,
  ): Promise<boolean> {
    while (this.#isBootstrapping) await this.#bootstrapEnds(signal);
    if (this.#isBootstrapped) return false;
    this.#isBootstrapping = true;
    try {
      return await this.#bootstrap(store, request, admit);
    } finally {
      this.#isBootstrapping = false;
      for (const waiter of this.#waiting) waiter.resolve();
      this.#waiting.clear();
    }
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
    const known = { ...(before ?? silent), store };
    // Known before it is on disk: a second call must see the addresses of the first one.
    this.#stores.set(said.id, known);
    try {
      await this.#disk.call('putStore', { id: said.id, store: Store.encode(store).finish() });
    } catch (error) {
      await this.#takeBack(store, before?.store);
      throw error;
    }
  }

  /** Notes a store's statistics; undefined when the store is not known. Throws StoreTombstoneError. */
  heartbeat(stats: StoreStats): KnownStore | undefined {
    const before = this.#stores.get(stats.storeId);
    if (before === undefined) return undefined;
    if (isRemoved(before.store)) throw new StoreTombstoneError();
    const known = { store: before.store, stats, lastHeartbeat: this.#clock.now() };
    this.#stores.set(stats.storeId, known);
    return known;
  }

  /** Gives out `count` consecutive ids, the last of them. Rejects when the disk refuses. */
  allocate(count: number): Promise<bigint> {
    return this.#ids.allocate(count);
  }

  async #bootstrap(store: Store, request: BootstrapRequest, admit: () => Promise<void>): Promise<boolean> {
    // One that failed before may be on disk all the same: then no region is admitted over its own.
    await this.#read();
    if (this.#isBootstrapped) return false;
    await admit();
    try {
      return await this.#disk.call('bootstrap', BootstrapRequest.encode(request).finish(), {
        id: store.id,
        store: Store.encode(store).finish(),
      });
    } finally {
      await this.#read();
    }
  }

  /** Takes what is on disk: whether the cluster has begun, and the stores that are not known. */
  async #read(): Promise<void> {
    const [record, stores] = await Promise.all([this.#disk.call('bootstrapped'), this.#disk.call('stores')]);
    this.#isBootstrapped = record !== undefined;
    for (const { id, store } of stores) if (!this.#stores.has(id)) this.#show(id, Store.decode(store));
  }

  #bootstrapEnds(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const waiter: Waiter = new Waiter(signal, () => this.#waiting.delete(waiter));
    this.#waiting.add(waiter);
    return waiter.promise;
  }

  /**
   * The disk refused `store`, or has it all the same: what it has counts, and `before` until that is read. A later call
   * that has put another sees to it.
   */
  async #takeBack(store: Store, before: Store | undefined): Promise<void> {
    const { id } = store;
    if (this.#stores.get(id)?.store !== store) return;
    this.#show(id, before);
    const kept = (await this.#disk.call('stores')).find((row) => row.id === id);
    if (this.#stores.get(id)?.store === before) this.#show(id, kept && Store.decode(kept.store));
  }

  #show(id: bigint, store: Store | undefined): void {
    if (store === undefined) this.#stores.delete(id);
    else this.#stores.set(id, { ...(this.#stores.get(id) ?? silent), store });
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
