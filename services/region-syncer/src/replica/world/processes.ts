// For the explorer: processes, one after the other on one disk, each with a replica. A process dies at any moment.

import { StoreLostError } from '@syncline/sqlite/store-thread.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import type { RegionStoreThread } from '../../store/open-region-store.ts';
import { Replica } from '../replica.ts';
import type { ReplicaSettings } from '../replica-settings.ts';
import { storeOn } from '../replica-store.ts';
import { pieceBytes, SimulatedDisk } from './disk.ts';

/** Bounds so small that every one of them is met. */
const tightSettings: ReplicaSettings = {
  regions: { pageBytes: 512, sparePages: 1, tombstones: 3 },
  chunk: { records: 3, bytes: 200 },
  tail: { records: 4, bytes: 1000 },
  pendingBytes: 200,
  gatherMs: 0,
  retry: { initialMs: 10, maxMs: 100 },
  retention: { records: 5, bytes: 2 ** 20, pinnedBytes: 200 },
  checkpointRecords: 4,
  checkpointRetryMs: 50,
  pieceBytes,
  runBytes: 150,
  turnMs: 0,
};

/** A process that lives. */
export interface Life {
  readonly replica: Replica;
  /** What the replica is kept in. */
  readonly store: Pick<RegionStoreThread, 'call'>;
  /** Aborts when it dies. */
  readonly signal: AbortSignal;
}

export class Processes {
  readonly sim: Simulation;
  readonly disk: SimulatedDisk;
  #life: Life | undefined;
  #death = new AbortController();
  #broken: Error | undefined;

  constructor(sim: Simulation) {
    this.sim = sim;
    this.disk = new SimulatedDisk(sim);
  }

  /** The process that lives; undefined while there is none. */
  get life(): Life | undefined {
    return this.#life;
  }

  /** A process begins, with what is on the disk. Undefined when it dies before. */
  async begin(): Promise<Life | undefined> {
    const { sim } = this;
    const { signal } = this.#death;
    const store = this.disk.thread();
    const parts = {
      store: storeOn(store),
      settings: tightSettings,
      clock: sim.clock,
      rng: sim.rng,
      pause: () => sim.pause('others have their turn'),
      events: {
        loading: () => {},
        checkpointed: () => {},
        checkpointFailed: () => {},
        trimFailed: () => {},
        broken: (error: Error) => {
          if (!signal.aborted) this.#broken = error;
        },
      },
    };
    const replica = await this.unlessDead(signal, Replica.open(parts, sim.signal));
    if (replica === undefined) return undefined;
    this.#life = { replica, store, signal };
    return this.#life;
  }

  /** The process dies. */
  die(): void {
    this.#life = undefined;
    this.#death.abort(new Error('the process has died'));
    this.#death = new AbortController();
    this.disk.crash();
  }

  /** What the work of a process came to; undefined when it has died. */
  async unlessDead<Value>(signal: AbortSignal, work: Promise<Value>): Promise<Value | undefined> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const give = () => resolve(undefined);
    signal.addEventListener('abort', give, { once: true });
    try {
      const value = await Promise.race([work, promise]);
      return signal.aborted ? undefined : value;
    } catch (error) {
      if (signal.aborted || error instanceof StoreLostError) return undefined;
      throw error;
    }
  }

  /** No replica has said, while its process lived, that memory and disk may differ. */
  expectUnbroken(): void {
    if (this.#broken !== undefined) throw this.#broken;
  }
}
