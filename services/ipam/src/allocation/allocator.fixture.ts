// An allocator on a store in memory, whose time moves when a test says so.

import { setImmediate as turn } from 'node:timers/promises';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import { seededRng } from '@syncline/runtime/rng.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { printAddress } from '@syncline/trench/address.ts';
import type { ConduitName } from '@syncline/trench/stream-name.ts';
import { IpamStore } from '../store/ipam-store.ts';
import type { ChildName } from '../tree/child-name.ts';
import { usualLayouts } from '../tree/layout.fixture.ts';
import { Allocator } from './allocator.ts';
import type { AllocatorSettings } from './allocator-parts.ts';
import { ConduitList, type ConduitSource } from './conduit-list.ts';
import type { TreeStore } from './tree-store.ts';

/** Those of a service without settings, but for the bounds. */
const usualSettings: AllocatorSettings = {
  layouts: usualLayouts,
  families: ['ipv4', 'ipv6'],
  releaseDelayMs: 20_000,
  staleMs: 40 * 60_000,
  keptNames: new Set(['bridge']),
  collectEveryMs: 2 * 3_600_000,
  maxPrefixes: 1_000,
  maxPending: 100,
  batch: 10,
  commitDeadlineMs: 20_000,
  retry: { initialMs: 200, maxMs: 5_000 },
};

export interface Setup {
  readonly settings?: Partial<AllocatorSettings>;
  readonly source?: ConduitSource;
  readonly maxWaiting?: number;
  /** What stands between the allocator and its disk. */
  readonly between?: (store: TreeStore) => TreeStore;
  /** Begins with what this store keeps, and not with nothing. */
  readonly store?: IpamStore;
}

const unwatched: LoopWatch = { phase: () => {}, idle: () => {}, [Symbol.dispose]: () => {} };

/** A child of node n1 of conduit edge of trench demo, in IPv4 unless told otherwise. */
export function child(name: string, change: Partial<ChildName> = {}): ChildName {
  return { family: 'ipv4', trench: 'demo', conduit: 'edge', node: 'n1', name, ...change };
}

/** Disposing it is the end of its process. */
export class AllocatorUnderTest implements AsyncDisposable {
  readonly clock: VirtualClock;
  readonly allocator: Allocator;
  readonly list: ConduitList;
  readonly store: IpamStore;
  /** What was told of conduits without a prefix. */
  readonly unplaced: (readonly string[])[] = [];
  /** What was told of the disk. */
  readonly diskTurns: readonly string[] = [];
  readonly #end = new AbortController();
  readonly #running: Promise<void>;

  static async start(setup: Setup = {}): Promise<AllocatorUnderTest> {
    const { source = 'first-use', maxWaiting = 10, settings, between = (same) => same } = setup;
    const store =
      setup.store ?? new IpamStore({ file: ':memory:', diskBytes: 2 ** 30, busyTimeoutMs: 0 }, () => {});
    const clock = new VirtualClock();
    const stop = new AbortController().signal;
    const list = new ConduitList(source, { maxWaiting, waitMs: 30_000, stop }, clock);
    const unplaced: (readonly string[])[] = [];
    const diskTurns: string[] = [];
    const allocator = await Allocator.open({
      store: between(treeStoreOf(store)),
      list,
      settings: { ...usualSettings, ...settings },
      clock,
      rng: seededRng(1),
      unplaced: (conduits) => unplaced.push(conduits),
      diskTurned: (error) => diskTurns.push(error?.message ?? 'works'),
    });
    return new AllocatorUnderTest({ allocator, list, clock, store, unplaced, diskTurns });
  }

  private constructor(
    parts: Pick<AllocatorUnderTest, 'allocator' | 'list' | 'clock' | 'store' | 'unplaced' | 'diskTurns'>,
  ) {
    this.allocator = parts.allocator;
    this.list = parts.list;
    this.clock = parts.clock;
    this.store = parts.store;
    this.unplaced = parts.unplaced;
    this.diskTurns = parts.diskTurns;
    this.#running = this.allocator.run(unwatched, this.#end.signal).catch(() => {});
  }

  /** The address that this child is given, as text. */
  async address(name: ChildName, signal: AbortSignal = new AbortController().signal): Promise<string> {
    return printAddress((await this.allocator.allocate(name, signal)).address);
  }

  /** The conduits of trench demo that are configured. */
  async configure(...conduits: readonly string[]): Promise<void> {
    this.allocator.configure(conduits.map((conduit): ConduitName => ({ trench: 'demo', conduit })));
    await turn();
  }

  /** Lets time pass, and everything happen that is due on the way. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.clock.monotonic() + ms;
    await turn();
    for (
      let [next] = this.clock.due();
      next !== undefined && next.dueMs <= untilMs;
      [next] = this.clock.due()
    ) {
      this.clock.fire(next);
      await turn();
    }
    this.clock.advance(untilMs - this.clock.monotonic());
  }

  /** The process ends; the next one finds what is on disk. */
  async restart(setup: Omit<Setup, 'store'> = {}): Promise<AllocatorUnderTest> {
    await this[Symbol.asyncDispose]();
    return AllocatorUnderTest.start({ ...setup, store: this.store });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#running;
  }
}

function treeStoreOf(store: IpamStore): TreeStore {
  const soon = async <Value>(call: () => Value): Promise<Value> => {
    await Promise.resolve();
    return call();
  };
  return {
    load: () => soon(() => ({ ...store.branches(), leases: store.leases(undefined, 1_000_000) })),
    apply: (changes) => soon(() => store.apply(changes)),
    probe: () => soon(() => store.probe()),
  };
}
