// The one owner of the tree: a loop that plans what a batch of requests means, commits it, and then answers.
// Invariant: nobody is told of an address, or of its release, before that is on disk; what the disk refuses has not been.

import type { Clock, Timer } from '@syncline/runtime/clock.ts';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import { Mailbox } from '@syncline/runtime/mailbox.ts';
import { ClosedError } from '@syncline/runtime/mailbox-errors.ts';
import { DiskHealth } from '@syncline/sqlite/disk-health.ts';
import type { ConduitName } from '@syncline/trench/stream-name.ts';
import type { ChildName } from '../tree/child-name.ts';
import type { Lease } from '../tree/entries.ts';
import type { Change, TreeRows } from '../tree/rows.ts';
import { Tree } from '../tree/tree.ts';
import { EndedError, LimitError, NoConduitError } from './allocation-error.ts';
import type { AllocatorParts, AllocatorSettings } from './allocator-parts.ts';
import type { ConduitList } from './conduit-list.ts';
import { type Counts, zeroCounts } from './counts.ts';
import { Disk } from './disk.ts';
import { Draft } from './draft.ts';
import { Holdings } from './holdings.ts';
import { abandon, plan, type Request } from './request.ts';
import { Upkeep } from './upkeep.ts';

type Work = Request | { readonly kind: 'upkeep' };

export class Allocator {
  readonly counts: Counts = zeroCounts();
  readonly #list: ConduitList;
  readonly #settings: AllocatorSettings;
  readonly #clock: Clock;
  readonly #disk: Disk;
  readonly #upkeep: Upkeep;
  readonly #mailbox: Mailbox<Work>;
  #holdings: Holdings;
  #isUpkeepQueued = false;
  #timer: Timer | undefined;

  /** Reads what is kept. Rejects with what the store rejects with, and RangeError when that contradicts the layouts. */
  static async open(parts: AllocatorParts): Promise<Allocator> {
    return new Allocator(parts, await parts.store.load());
  }

  private constructor(parts: AllocatorParts, rows: TreeRows) {
    const { store, list, settings, clock, rng, diskTurned } = parts;
    this.#list = list;
    this.#settings = settings;
    this.#clock = clock;
    this.#disk = new Disk(store, new DiskHealth(settings.retry, clock, rng), this.counts);
    this.#disk.health.onTurned(diskTurned);
    this.#upkeep = new Upkeep(parts, this.counts);
    // One more than requests may be: there is always room for the upkeep.
    this.#mailbox = new Mailbox({ name: 'allocator', capacity: settings.maxPending + 1 });
    this.#holdings = this.#hold(rows);
  }

  /** What there is now; another object after a disk has left open what it did. */
  get holdings(): Holdings {
    return this.#holdings;
  }

  /** Requests that wait for their turn. */
  get pending(): number {
    return this.#mailbox.depth;
  }

  /** Why the disk does not take what it is given; undefined while it does. */
  get diskError(): Error | undefined {
    return this.#disk.health.error;
  }

  /**
   * The address of this child, the same one until it is released or forgotten, and not before it is on disk. Waits for a
   * conduit that is not configured. Rejects with ExhaustedError, LimitError, NoConduitError, StoreRefusedError,
   * StoreUnsureError, EndedError, and while it waits with the signal's reason.
   */
  async allocate(child: ChildName, signal: AbortSignal): Promise<Lease> {
    for (;;) {
      if (!this.#isOpen(child)) await this.#opens(child, signal);
      const done = Promise.withResolvers<Lease | undefined>();
      this.#submit({ kind: 'allocate', child, done });
      const lease = await done.promise;
      if (lease !== undefined) return lease;
    }
  }

  /**
   * The child does not need its address any more: after the delay it is free. Nothing happens when there is no such child.
   * Rejects with LimitError, StoreRefusedError, StoreUnsureError and EndedError.
   */
  async release(child: ChildName): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#submit({ kind: 'release', child, done });
    await done.promise;
  }

  /** These conduits are configured, and no others. */
  configure(conduits: Iterable<ConduitName>): void {
    this.#list.set(conduits);
    this.#upkeep.begin();
    this.#wake();
  }

  /** The loop; ends with the signal, or throws when memory can no longer be trusted. Requests it leaves are rejected. */
  async run(watch: LoopWatch, signal: AbortSignal): Promise<void> {
    this.#wake();
    try {
      for await (const batch of this.#mailbox.batches(this.#settings.batch, signal)) {
        const requests = requestsOf(batch);
        const isUpkeepDue = requests.length < batch.length;
        // Before anything is awaited: who wakes the loop from now on wakes it again.
        if (isUpkeepDue) this.#isUpkeepQueued = false;
        await this.#answer(requests, watch);
        if (isUpkeepDue && !this.#disk.isUnsure) await this.#keepUp(watch);
        if (this.#disk.isUnsure) await this.#reload(watch, signal);
        this.#arm();
        watch.idle('requests, or something to take back');
      }
    } finally {
      this.#isUpkeepQueued = true; // nothing is to wake it any more
      this.#timer?.clear();
      abandon(requestsOf(this.#mailbox.close()));
    }
  }

  #hold(rows: TreeRows): Holdings {
    return new Holdings(new Tree(this.#settings.layouts, rows), this.#settings, this.#clock.monotonic());
  }

  #isOpen(name: ConduitName): boolean {
    if (this.#list.source === 'first-use') return true;
    const { tree } = this.#holdings;
    const isKept = this.#settings.families.some((family) => tree.conduit(family, name) !== undefined);
    return this.#list.has(name, isKept);
  }

  async #opens(child: ChildName, signal: AbortSignal): Promise<void> {
    if (await this.#list.opens(() => this.#isOpen(child), signal)) return;
    throw new NoConduitError(child, this.#list.lacks(child.trench), this.#list.waitMs);
  }

  #submit(request: Request): void {
    const { maxPending } = this.#settings;
    if (this.#mailbox.depth >= maxPending)
      throw new LimitError('maxPending', 'no room for more requests that wait for the disk');
    try {
      this.#mailbox.offer(request);
    } catch (error) {
      throw error instanceof ClosedError ? new EndedError() : error;
    }
  }

  #wake(): void {
    if (this.#isUpkeepQueued) return;
    this.#isUpkeepQueued = true;
    this.#mailbox.offer({ kind: 'upkeep' });
  }

  #arm(): void {
    this.#timer?.clear();
    const dueMs = this.#disk.health.retryAtMs ?? this.#upkeep.dueMs(this.#holdings);
    this.#timer = this.#clock.setTimer(Math.max(0, dueMs - this.#clock.monotonic()), () => this.#wake());
  }

  async #answer(requests: readonly Request[], watch: LoopWatch): Promise<void> {
    const draft = this.#draft();
    const parts = {
      draft,
      holdings: this.#holdings,
      counts: this.counts,
      clock: this.#clock,
      isOpen: (child: ChildName) => this.#isOpen(child),
    };
    try {
      const settles = requests.map((request) => plan(request, parts));
      const refusal = await this.#commit(draft.changes, watch);
      if (refusal !== undefined) draft.rollBack();
      for (const settle of settles) settle(refusal);
    } catch (error) {
      abandon(requests);
      throw error;
    }
  }

  async #keepUp(watch: LoopWatch): Promise<void> {
    const draft = this.#draft();
    const removals = this.#upkeep.plan(this.#holdings, draft);
    const changes = [...draft.changes, ...removals.map(({ change }) => change)];
    if (changes.length === 0 && this.#disk.health.error !== undefined) {
      watch.phase('probe', this.#settings.commitDeadlineMs, 'the disk, which has refused');
      await this.#disk.probe();
    }
    const refusal = await this.#commit(changes, watch);
    if (refusal === undefined) return this.#upkeep.done(removals);
    draft.rollBack();
    this.#upkeep.begin();
  }

  #draft(): Draft {
    return new Draft(this.#holdings.tree, this.#settings.maxPrefixes);
  }

  async #commit(changes: readonly Change[], watch: LoopWatch): Promise<Error | undefined> {
    if (changes.length === 0) return undefined;
    watch.phase('commit', this.#settings.commitDeadlineMs, 'the disk');
    return this.#disk.apply(changes);
  }

  async #reload(watch: LoopWatch, signal: AbortSignal): Promise<void> {
    for (;;) {
      watch.phase('load', this.#settings.commitDeadlineMs, 'the disk, which has left open what it did');
      const rows = await this.#disk.load();
      if (rows !== undefined) {
        this.#holdings = this.#hold(rows);
        this.#upkeep.begin();
        return;
      }
      watch.idle('the disk, which is to be asked again');
      await this.#disk.health.due(signal);
    }
  }
}

function requestsOf(batch: readonly Work[]): Request[] {
  return batch.filter((work) => work.kind !== 'upkeep');
}
