// Replicas for tests: over a real store on this thread, whose answers can be held back and refused.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@syncline/runtime/clock.ts';
import { seededRng } from '@syncline/runtime/rng.ts';
import type { RegionTree } from '../regions/region-tree.ts';
import { blockOf, blocksOf, type ModelRegion, runOfModels } from '../regions/regions.fixture.ts';
import type { StorePoint } from '../store/failpoints.ts';
import { RegionStore } from '../store/region-store.ts';
import { identity, storeOptions } from '../store/store.fixture.ts';
import type { RegionStoreOptions } from '../store/store-options.ts';
import type { FrameRun } from '../wire/frame-run.ts';
import { Replica } from './replica.ts';
import type { ReplicaEvents } from './replica-parts.ts';
import { smallSettings } from './replica-settings.fixture.ts';
import type { ReplicaSettings } from './replica-settings.ts';
import { type ReplicaStore, type StoreMethod, storeBy } from './replica-store.ts';
import type { Origin } from './standing.ts';

/** This node. */
export const member: bigint = identity.memberId;

/** Leaders that a follower follows. */
export const ours: Origin = { kind: 'ours', member: 5n };
export const pd: Origin = { kind: 'foreign', member: 5n };

/** More turns of the event loop than any work takes between two calls of the store. */
const turnsBetweenCalls = 50;

/** A store in a folder of its own, which replicas can be opened on one after the other. */
export class Disk implements Disposable {
  /** What was called so far. */
  readonly calls: StoreMethod[] = [];
  /** Passed before each call: what it gives is awaited, what it throws is the call's answer. */
  gate: (method: StoreMethod) => void | Promise<void> = () => {};
  /** Passed at the store's own points. */
  failpoint: (point: StorePoint) => void = () => {};
  store: RegionStore;
  readonly #awaited: { readonly method: StoreMethod; readonly resolve: () => void }[] = [];
  readonly #directory: string;
  readonly #options: Partial<RegionStoreOptions>;
  #last: Promise<unknown> = Promise.resolve();

  /** In a folder of its own, or in one that another process has left. */
  constructor(
    options: Partial<RegionStoreOptions> = {},
    directory = mkdtempSync(join(tmpdir(), 'replica-')),
  ) {
    this.#options = options;
    this.#directory = directory;
    this.store = this.#open();
    this.store.identify(identity);
  }

  /** The store as a process sees it that is alive until crash(). */
  thread(): ReplicaStore {
    const { store } = this;
    return storeBy((method, args) => {
      if (store !== this.store) return new Promise(() => {});
      const sent = structuredClone(args);
      const answer = this.#last.then(() => this.#perform(store, method, sent));
      this.#last = answer.catch(() => {});
      return answer;
    });
  }

  /** Resolves when the method is called the next time, before anything is done. */
  called(method: StoreMethod): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#awaited.push({ method, resolve });
    return promise;
  }

  /** Resolves when every call is answered and no other follows from that. A call that is held back is waited for. */
  async idle(): Promise<void> {
    for (let calls = -1; calls !== this.calls.length; ) {
      calls = this.calls.length;
      await this.#last;
      for (let turn = 0; turn < turnsBetweenCalls; turn++)
        await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** The process dies, and another one opens the file: calls that have not begun are never answered. */
  crash(): void {
    this.store[Symbol.dispose]();
    this.store = this.#open();
    this.#last = Promise.resolve();
    this.gate = () => {};
  }

  [Symbol.dispose](): void {
    this.store[Symbol.dispose]();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #perform(store: RegionStore, method: StoreMethod, args: readonly unknown[]): Promise<unknown> {
    this.calls.push(method);
    for (const { resolve } of this.#awaited.filter((awaited) => awaited.method === method)) resolve();
    await new Promise((resolve) => setImmediate(resolve));
    await this.gate(method);
    if (store !== this.store) return new Promise(() => {});
    const perform = store[method] as (...args: readonly unknown[]) => unknown;
    return structuredClone(perform.apply(store, args as unknown[]));
  }

  #open(): RegionStore {
    return new RegionStore(storeOptions(this.#directory, this.#options), (point) => this.failpoint(point));
  }
}

/** What a replica has told. */
export interface Told {
  readonly checkpoints: number[];
  readonly failures: Error[];
  /** Why the log could not be trimmed. */
  readonly untrimmed: Error[];
  readonly broken: Error[];
}

/** A replica, and what it has told. */
export interface Opened {
  readonly replica: Replica;
  readonly told: Told;
}

/** Opens a replica, and notes what it tells. */
export async function openReplica(disk: Disk, change: Partial<ReplicaSettings> = {}): Promise<Opened> {
  const told: Told = { checkpoints: [], failures: [], untrimmed: [], broken: [] };
  const events: ReplicaEvents = {
    loading: () => {},
    checkpointed: (index) => told.checkpoints.push(index),
    checkpointFailed: (error) => told.failures.push(error),
    trimFailed: (error) => told.untrimmed.push(error),
    broken: (error) => told.broken.push(error),
  };
  const replica = await Replica.open(
    {
      store: disk.thread(),
      settings: { ...smallSettings, ...change },
      clock: systemClock,
      rng: seededRng(1),
      pause: () => new Promise((resolve) => setImmediate(resolve)),
      events,
    },
    never,
  );
  return { replica, told };
}

/** Opens a replica that leads. */
export async function openLeader(disk: Disk, change?: Partial<ReplicaSettings>): Promise<Opened> {
  const opened = await openReplica(disk, change);
  await opened.replica.beginTerm(member, never);
  return opened;
}

/** Opens a replica that has taken regions 1 to 10 of this source, as of `index`. */
export async function openFollower(
  disk: Disk,
  index: number,
  source: Origin,
  change?: Partial<ReplicaSettings>,
): Promise<Replica> {
  const { replica } = await openReplica(disk, change);
  const incoming = replica.begin();
  await incoming.stage(runOf(regionsSideBySide(10)));
  await incoming.complete(index, source);
  return replica;
}

/** The process dies, and another one takes over its disk. */
export async function reopen(disk: Disk): Promise<Replica> {
  disk.crash();
  return (await openReplica(disk)).replica;
}

/** The signal of what nobody ends. */
export const never: AbortSignal = new AbortController().signal;

/** A region of the given keys; `change` is what a heartbeat says anew. */
export function region(
  id: number,
  start: string,
  end: string,
  change: Partial<ModelRegion> = {},
): ModelRegion {
  return {
    id: BigInt(id),
    start: Buffer.from(start),
    end: Buffer.from(end),
    confVer: 1n,
    version: 2n,
    leader: 1n,
    load: 0n,
    ...change,
  };
}

/** Regions 1 to `count`, side by side; `load` tells one time from another. */
export function regionsSideBySide(count: number, load = 0): ModelRegion[] {
  const key = (at: number) => (at === 0 || at === count ? '' : String(at).padStart(4, '0'));
  return Array.from({ length: count }, (_, at) =>
    region(at + 1, key(at), key(at + 1), { load: BigInt(load) }),
  );
}

/** A leader's record. Gives its index. */
export function record(replica: Replica, model: ModelRegion): number {
  const { bytes, fields } = blockOf(model);
  return replica.record(bytes, 0, bytes.length, fields, 0, 0);
}

/** A frame's run of these regions; `refused` more of them could not stand. */
export function runOf(models: readonly ModelRegion[], refused = 0): FrameRun {
  return { bytes: runOfModels(models), count: models.length, refused };
}

/** The blocks of these regions, as shown() gives them. */
export function blocks(models: readonly ModelRegion[]): string[] {
  return models.map((model) => Buffer.from(blockOf(model).bytes).toString('hex'));
}

/** What can be read in a tree, in order. */
export function shown(tree: RegionTree): string[] {
  return blocksOf(tree).map((block) => Buffer.from(block).toString('hex'));
}

/** Everything that was taken is on disk. */
export function settled(replica: Replica): Promise<void> {
  return replica.whenDurable(replica.next, AbortSignal.timeout(5_000));
}
