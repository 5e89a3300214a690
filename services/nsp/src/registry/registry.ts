// The targets, and the loop that writes them. What was answered is on disk. A target that is silent for longer than it may
// is gone for everybody at once, by a timer that waits for no disk; its row follows as soon as the disk takes that.

import type { Clock, Timer } from '@syncline/runtime/clock.ts';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import { Mailbox } from '@syncline/runtime/mailbox.ts';
import { ClosedError, FullError } from '@syncline/runtime/mailbox-errors.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import type { DiskTurned } from '@syncline/sqlite/disk-health.ts';
import { Batch, type RegistryLimits } from './batch.ts';
import { ExpiryOrder } from './expiry-order.ts';
import { type RegistryStore, StoreRefusedError } from './registry-store.ts';
import type { Target } from './target.ts';
import type { TargetFilter } from './target-filter.ts';
import { TargetRows } from './target-rows.ts';
import { type TargetChange, type TargetCounts, TargetTable } from './target-table.ts';

export interface RegistryOptions {
  readonly store: RegistryStore;
  /** By which targets live; it should stand still while the process does, since who cannot be heard is not silent. */
  readonly clock: Clock;
  readonly rng: Rng;
  readonly limits: RegistryLimits;
  /** How long a target lives after it was last heard of. */
  readonly lifeMs: number;
  /** Commands that may wait for the disk; one more is refused. */
  readonly pending: number;
  /** The longest that the store takes for a commit before it gives up. */
  readonly commitMs: number;
  readonly retry: { readonly initialMs: number; readonly maxMs: number };
  /** Called in the turn in which targets changed, with all that did; must not throw. */
  readonly changed: (changes: readonly TargetChange[]) => void;
  readonly diskTurned: DiskTurned;
}

/** More calls wait for the disk than may. */
export class RegistryBusyError extends Error {
  override name = 'RegistryBusyError';

  constructor(most: number) {
    super(`no room for more registrations that wait for the disk: SYNCLINE_NSP_PENDING is ${most}`);
  }
}

type Command =
  | {
      readonly kind: 'register' | 'unregister';
      readonly target: Target;
      readonly done: PromiseWithResolvers<void>;
    }
  /** There may be something to write that nobody asks for. */
  | { readonly kind: 'look' };

type Write = Exclude<Command, { readonly kind: 'look' }>;

const batchCommands = 256;

// Targets that expire at about one time go in one turn. It is part of the second within which one that has expired is gone.
const slackMs = 100;

export class Registry {
  readonly #options: RegistryOptions;
  readonly #table = new TargetTable();
  readonly #order: ExpiryOrder;
  readonly #rows: TargetRows;
  readonly #mailbox: Mailbox<Command>;
  /** Commands that were taken from the mailbox and not looked at. */
  #left: readonly Command[] = [];
  /** Set while there are targets: one of them may expire then. */
  #expiry: Timer | undefined;
  /** Until a disk that refuses is tried again. */
  #retry: Timer | undefined;
  #expired = 0;

  /** `restored` is what the store has. Each of them lives as long as if it had just been heard of. */
  constructor(options: RegistryOptions, restored: readonly Target[]) {
    const { store, clock, rng, lifeMs, pending, retry, diskTurned } = options;
    this.#options = options;
    this.#order = new ExpiryOrder(lifeMs);
    this.#rows = new TargetRows(store, this.#table, retry, clock, rng, diskTurned);
    this.#mailbox = new Mailbox({ name: 'registry', capacity: pending });
    for (const target of restored) {
      this.#table.put(target);
      this.#order.touch(target.key, clock.monotonic());
    }
  }

  get counts(): Readonly<TargetCounts> {
    return this.#table.counts;
  }

  /** How many expired since the start. */
  get expired(): number {
    return this.#expired;
  }

  /** Rows that the disk may have otherwise than they are. */
  get owed(): number {
    return this.#rows.owed.size;
  }

  /** What the disk refused last; undefined while it takes what it is given. */
  get refusal(): Error | undefined {
    return this.#rows.refusal;
  }

  /** How many commits it has refused. */
  get refused(): number {
    return this.#rows.refused;
  }

  /** In the order in which they were first registered. */
  matching(filter: TargetFilter): Iterable<Target> {
    return this.#table.matching(filter);
  }

  /**
   * Stores the target, DISABLED when it is not known, and lets it live on; resolves when that is on disk. Rejects with
   * StoreRefusedError, RegistryFullError, RegistryBusyError or ClosedError: then nothing has changed but that it was
   * heard of.
   */
  register(target: Target): Promise<void> {
    // At once: a commit that takes long must not make it look silent.
    if (this.#table.get(target.key) !== undefined)
      this.#order.touch(target.key, this.#options.clock.monotonic());
    return this.#command('register', target);
  }

  /** Removes it; resolves when that is on disk, also when there is no such target. Rejects as register() does. */
  unregister(target: Target): Promise<void> {
    return this.#command('unregister', target);
  }

  /**
   * The loop. Ends when `signal` aborts, with its reason, or after end() when all that was accepted is done. Throws when
   * the store is gone: memory and disk may then differ.
   */
  async run(watch: LoopWatch, signal: AbortSignal): Promise<void> {
    try {
      this.#awaitExpiry();
      watch.idle('a command');
      for await (const commands of this.#mailbox.batches(batchCommands, signal)) {
        this.#left = commands;
        while (this.#left.length > 0) {
          watch.phase('commit', 2 * this.#options.commitMs, 'the disk');
          await this.#perform();
        }
        this.#awaitRetry();
        watch.idle('a command');
      }
    } finally {
      this.#expiry?.clear();
      this.#retry?.clear();
      for (const command of [...this.#left, ...this.#mailbox.close()]) {
        if (command.kind !== 'look') command.done.reject(new ClosedError('registry'));
      }
    }
  }

  /** Accepts no more. */
  end(): void {
    this.#mailbox.end();
  }

  async #command(kind: 'register' | 'unregister', target: Target): Promise<void> {
    const done = Promise.withResolvers<void>();
    try {
      this.#mailbox.offer({ kind, target, done });
    } catch (error) {
      throw error instanceof FullError ? new RegistryBusyError(this.#options.pending) : error;
    }
    await done.promise;
  }

  /** One batch of the commands that are left; of each target the first. */
  async #perform(): Promise<void> {
    const batch = new Batch(this.#table, this.#options.limits, this.#rows.owed);
    const writes: Write[] = [];
    const left: Command[] = [];
    for (const command of this.#left) {
      if (command.kind === 'look') continue;
      try {
        const verdict = batch[command.kind](command.target);
        if (verdict === 'done') command.done.resolve();
        else if (verdict === 'committed') writes.push(command);
        else left.push(command);
      } catch (error) {
        command.done.reject(error);
      }
    }
    this.#left = left;
    await this.#settle(batch, writes);
  }

  async #settle(batch: Batch, writes: readonly Write[]): Promise<void> {
    // While the disk refuses, what is owed waits for its turn; what is asked for now is tried all the same.
    const isDue = (this.#rows.dueMs ?? Number.POSITIVE_INFINITY) <= this.#options.clock.monotonic();
    if (batch.after.size === 0 && !isDue) return;
    try {
      await this.#rows.commit(batch.after);
    } catch (error) {
      for (const { done } of writes) done.reject(error);
      if (error instanceof StoreRefusedError) return;
      throw error;
    }
    const lapsed = this.#apply(batch);
    const again: Write[] = [];
    for (const write of writes) {
      if (lapsed.has(write.target.key)) again.push(write);
      else write.done.resolve();
    }
    this.#left = [...again, ...this.#left];
  }

  /**
   * Gives the keys of those that expired while they were written ENABLED. They are not known any more: what was asked for
   * them is to be done anew, so that they come back DISABLED.
   */
  #apply({ after }: Batch): ReadonlySet<string> {
    const changes: TargetChange[] = [];
    const lapsed = new Set<string>();
    for (const [key, target] of after) {
      if (target === undefined) {
        const change = this.#table.delete(key);
        this.#order.remove(key);
        if (change !== undefined) changes.push(change);
        continue;
      }
      if (this.#table.get(key) === undefined) {
        if (target.status === 'enabled') {
          lapsed.add(key);
          continue;
        }
        this.#order.touch(key, this.#options.clock.monotonic());
      }
      changes.push(this.#table.put(target));
    }
    this.#awaitExpiry();
    if (changes.length > 0) this.#options.changed(changes);
    return lapsed;
  }

  /** In memory only, so also while a commit is under way. */
  #expire(): void {
    const changes: TargetChange[] = [];
    for (const key of this.#order.takeExpired(this.#options.clock.monotonic())) {
      const change = this.#table.delete(key);
      this.#rows.owe(key);
      this.#expired += 1;
      if (change !== undefined) changes.push(change);
    }
    if (changes.length === 0) return;
    this.#options.changed(changes);
    this.#look();
  }

  /** Who is heard of goes last, so that a timer for the first is never too late for another. */
  #awaitExpiry(): void {
    const { nextMs } = this.#order;
    if (this.#expiry !== undefined || nextMs === undefined) return;
    const { clock } = this.#options;
    this.#expiry = clock.setTimer(nextMs + slackMs - clock.monotonic(), () => {
      this.#expiry = undefined;
      this.#expire();
      this.#awaitExpiry();
    });
  }

  #awaitRetry(): void {
    this.#retry?.clear();
    const { dueMs } = this.#rows;
    if (dueMs === undefined) return;
    const { clock } = this.#options;
    const leftMs = dueMs - clock.monotonic();
    if (leftMs <= 0) this.#look();
    else this.#retry = clock.setTimer(leftMs, () => this.#look());
  }

  /** Has the loop look at what is owed, unless it is about to. */
  #look(): void {
    if (this.#mailbox.depth > 0) return;
    try {
      this.#mailbox.offer({ kind: 'look' });
    } catch (error) {
      // It never looks again.
      if (!(error instanceof ClosedError)) throw error;
    }
  }
}
