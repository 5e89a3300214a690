// For the explorer: a process with a replica, which dies at any moment and finds again what it had.

import { StoreLostError } from '@syncline/sqlite/store-thread.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import { termOf } from '../../log/index.ts';
import type { ModelRegion } from '../../regions/regions.fixture.ts';
import type { Admission } from '../fold.ts';
import { region, shown } from '../replica.fixture.ts';
import { Replica } from '../replica.ts';
import type { ReplicaSettings } from '../replica-settings.ts';
import { pieceBytes, SimulatedDisk } from './disk.ts';
import { History } from './history.ts';

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

const keys = ['', 'b', 'd', 'f', 'h', ''];

/** A process that lives. */
export interface Life {
  readonly replica: Replica;
  /** Aborts when it dies. */
  readonly signal: AbortSignal;
}

/** Another history, and whose indexes it has. */
export interface Coming {
  readonly history: History;
  readonly member: bigint;
}

export class World {
  readonly sim: Simulation;
  readonly disk: SimulatedDisk;
  /** What the replica holds the beginning of. */
  history: History;
  /** Up to here the tree has changes that no record has brought yet. */
  dirtyUntil = 0;
  /** What takes the place of the history when it is complete. */
  coming: Coming | undefined;
  readonly #admission: Admission;
  #life: Life | undefined;
  #death = new AbortController();
  #broken: Error | undefined;
  #durable = 0;
  #versions = 3n;

  constructor(sim: Simulation, admission: Admission) {
    this.sim = sim;
    this.#admission = admission;
    this.disk = new SimulatedDisk(sim);
    this.history = new History(0, [], admission);
    sim.invariant('what is held is what was told, and stays', () => this.#check());
  }

  /** The process that lives; undefined while there is none. */
  get life(): Life | undefined {
    return this.#life;
  }

  /** A process begins: it finds all that was durable, and nothing that never was. Undefined when it dies before. */
  async begin(): Promise<Life | undefined> {
    const { sim } = this;
    const { signal } = this.#death;
    const parts = {
      store: this.disk.thread(),
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
    this.#found(replica);
    this.#life = { replica, signal };
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

  /** Another history is the one that is held. */
  replaced(history: History): void {
    this.history = history;
    this.coming = undefined;
    this.dirtyUntil = 0;
    this.#durable = 0;
  }

  /** A region that gets into the way of others. Versions rise, but for some that are stale. */
  someRegion(): ModelRegion {
    const { sim } = this;
    const start = sim.choose(keys.length - 1);
    const end = start + 1 + sim.choose(keys.length - 1 - start);
    const version = sim.choose(4) === 3 ? 2n : this.#versions++;
    const load = sim.choose(3) === 2 ? 2n ** 40n : BigInt(sim.choose(3));
    return region(1 + sim.choose(5), keys[start] ?? '', keys[end] ?? '', { version, load });
  }

  #check(): void {
    if (this.#broken !== undefined) throw this.#broken;
    if (this.#life === undefined) return;
    const { next, durable, regions } = this.#life.replica;
    if (durable > next) throw new Error('more is durable than there is');
    if (durable < this.#durable) throw new Error(`${this.#durable} was durable, now only ${durable}`);
    this.#durable = durable;
    if (next >= this.dirtyUntil) expectSame(shown(regions), this.history.blocksAt(next));
  }

  #found(replica: Replica): void {
    const { coming } = this;
    const { next, source, regions } = replica;
    if (coming !== undefined && source.kind !== 'none' && source.member === coming.member)
      this.replaced(coming.history);
    // A term had begun, and the process died before it heard of it.
    if (!this.history.has(next)) this.history.startTerm(termOf(next));
    if (this.history.between(next, this.#durable).length > 0)
      throw new Error(`${this.#durable} was durable, only ${next} is found`);
    // Of a delta nothing is kept before all of it is.
    if (this.#admission === 'all') this.dirtyUntil = 0;
    if (next >= this.dirtyUntil) expectSame(shown(regions), this.history.blocksAt(next));
    this.coming = undefined;
    this.#durable = replica.durable;
  }
}

export function expectSame(found: readonly string[], expected: readonly string[]): void {
  if (found.join() !== expected.join())
    throw new Error(`found ${found.join('\n')}\nand not ${expected.join('\n')}`);
}
