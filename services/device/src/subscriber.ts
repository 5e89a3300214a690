// One Subscribe. All it is owed goes through its outbox: changes as they happen, and walks over the tree (the
// initial one, samples, heartbeats, polls) as far as the stream takes them. A walk runs over the living tree and
// the subscriber hears of changes before its first walk begins: what a walk has passed, or does not find any
// more, is in the outbox. So nothing is missed between the two.

import { setImmediate } from 'node:timers/promises';
import type { Path } from '@syncline/gnmi/path.ts';
import type { SubscribePlan } from '@syncline/gnmi/subscribe-request.ts';
import type { Clock } from '@syncline/runtime/clock.ts';
import { type Change, type Item, type Notification, noDuplicates, type Stamp } from './change.ts';
import type { Faults } from './faults.ts';
import { Interest, type Told } from './interest.ts';
import type { Scope } from './models.ts';
import { Outbox, SlowConsumerError } from './outbox.ts';
import { interrupted } from './partial-dump.ts';
import { ReaderWatch } from './reader-watch.ts';
import { Sampler, SentVersions } from './sampler.ts';
import type { Sink } from './sink.ts';
import { type CallStatus, statusCode } from './status.ts';
import { leavesOf, leavesOfAll, type Reach } from './subscribed-leaves.ts';
import type { Tree } from './tree.ts';
import { type TreeLeaf, valueSize } from './tree-leaf.ts';
import { Waiters } from './waiters.ts';
import { WalkQueue } from './walk-queue.ts';

/** About the size of a notification in which leaves are bundled: HTTP/2 windows start at 64 KiB. */
const messageBytes = 60_000;

/** A change of more leaves or bytes than this is not sent as it came but bundled like a walk. */
const wholeChangeLeaves = 5_000;
const wholeChangeBytes = 1 << 20;

/** What a subscriber lives on. */
export interface SubscriberContext {
  readonly tree: Tree;
  readonly clock: Clock;
  readonly faults: Faults;
  /** By which it is counted how long the client reads nothing: it stands still while the process does. */
  readonly awake: Clock;
  /** How long the client may read nothing of what waits for it, in ms. */
  readonly slowConsumerMs: number;
}

/** The server's side of one Subscribe RPC, from its first message to its end. */
export class Subscriber {
  readonly #plan: SubscribePlan;
  readonly #context: SubscriberContext;
  readonly #sink: Sink;
  readonly #interest: Interest;
  readonly #reach: Reach;
  readonly #outbox: Outbox;
  readonly #walks = new WalkQueue();
  readonly #sent = new SentVersions();
  readonly #behind = new Waiters();
  #paused = false;
  readonly #sleeping = new Waiters();

  /** `scope` is the part of the tree that belongs to the models it asked for. */
  constructor(plan: SubscribePlan, sink: Sink, context: SubscriberContext, scope: Scope) {
    this.#plan = plan;
    this.#sink = sink;
    this.#context = context;
    this.#interest = new Interest(plan, scope);
    this.#outbox = new Outbox(context.tree);
    this.#reach = { tree: context.tree, depth: plan.depth, scope };
  }

  /** The paths it asked for. */
  get paths(): readonly Path[] {
    return this.#plan.subscriptions.map(({ path }) => path);
  }

  /**
   * Serves until the subscription is over by its own rules, and gives the status to end with; one whose client reads
   * nothing for too long is ended on the way. Rejects with the signal's reason.
   */
  async run(signal: AbortSignal): Promise<CallStatus> {
    const { pace } = this.#context.faults;
    using timers = new DisposableStack();
    timers.use(this.#readerWatch());
    this.#begin(() => timers.use(this.#sampler()));
    for (;;) {
      this.#walks.advance(this.#outbox.size);
      if (this.#outbox.size === 0) {
        await this.#idle(signal);
        continue;
      }
      if (!pace.free) await pace.turn(signal);
      if (this.#sink.full) await this.#sink.drained(signal);
      signal.throwIfAborted();
      const item = this.#outbox.take(messageBytes);
      if (item?.kind === 'end') return item.status;
      if (item?.kind === 'pause') await this.#pause(signal);
      else if (item !== undefined) this.#sink.write(item);
    }
  }

  /** Tells of the part of a change that it asked for. */
  tell(change: Change): void {
    if (this.#plan.mode !== 'stream') {
      for (const leaf of change.removed) this.#outbox.forget(leaf);
      return;
    }
    const told = this.#interest.of(change);
    if (told === undefined) return;
    if (this.#isPrompt && isModest(told)) {
      this.#sink.write(notificationOf(told, change.stamp));
    } else {
      this.#owe(told, change.stamp);
    }
  }

  /** Puts an item behind all that waits; the stream ends when too many such items wait. */
  append(item: Item): void {
    this.#put(() => this.#outbox.append(item));
  }

  /** Sends everything once more, then a sync_response; `answered` is called when all of it is on its way. */
  poll(answered: () => void): void {
    this.#walk(this.#initialLeaves(), () => {
      this.append({ kind: 'sync' });
      answered();
    });
  }

  /** Ends the stream with OK once everything owed so far was sent. */
  finish(): void {
    this.#walk([], () => this.append({ kind: 'end', status: { code: statusCode.ok, text: '' } }));
  }

  /** Ends the stream; what waits here is not sent. */
  end(status: CallStatus): void {
    this.#sink.end(status);
  }

  /** Resolves when nothing waits and the sink has room; rejects with the signal's reason. */
  async caughtUp(signal: AbortSignal): Promise<void> {
    while (this.#outbox.size > 0 || !this.#walks.empty) await this.#behind.wait(signal);
    if (this.#sink.full) await this.#sink.drained(signal);
  }

  /** Whether a change can be written the moment it happens, ahead of nothing. */
  get #isPrompt(): boolean {
    return (
      this.#outbox.size === 0 &&
      this.#walks.empty &&
      !this.#paused &&
      this.#context.faults.pace.free &&
      !this.#sink.full
    );
  }

  #begin(synced: () => void): void {
    const { faults } = this.#context;
    const sendSync = () => {
      if (faults.of('withhold_sync') === undefined) this.append({ kind: 'sync' });
      if (this.#plan.mode === 'stream') synced();
      if (this.#plan.mode === 'once') this.finish();
    };
    if (this.#plan.updatesOnly) return sendSync();
    const partial = faults.of('partial_dump');
    if (partial === undefined) return this.#walk(this.#initialLeaves(), sendSync);
    const leaves = interrupted(this.#initialLeaves(), partial.leaves, () => {
      if (partial.then === 'stall') this.append({ kind: 'pause' });
      if (partial.then === 'cut') {
        const status = { code: statusCode.unavailable, text: 'fault: partial dump' };
        this.append({ kind: 'end', status });
      }
      return partial.then === 'stall';
    });
    this.#walk(leaves, sendSync);
  }

  #initialLeaves(): Iterable<TreeLeaf> {
    return leavesOfAll(this.#reach, this.#plan.subscriptions);
  }

  #walk(leaves: Iterable<TreeLeaf>, done: () => void): void {
    const stamp: Stamp = { timestamp: undefined, traceparent: undefined };
    this.#walks.push({
      leaves: leaves[Symbol.iterator](),
      put: (leaf) => {
        this.#sent.note(leaf);
        this.#outbox.include(leaf, stamp);
      },
      done,
    });
    this.#wake();
  }

  #readerWatch(): ReaderWatch {
    const { awake, slowConsumerMs } = this.#context;
    return new ReaderWatch(this.#sink, awake, slowConsumerMs, () => {
      const text = `slow consumer: it read nothing of what waits for it for ${slowConsumerMs} ms`;
      this.end({ code: statusCode.aborted, text });
    });
  }

  #sampler(): Sampler {
    const { clock } = this.#context;
    return new Sampler(this.#plan.mode === 'stream' ? this.#plan.subscriptions : [], {
      clock,
      outbox: this.#outbox,
      sent: this.#sent,
      leavesOf: (path) => leavesOf(this.#reach, path),
      start: (walk) => {
        this.#walks.push(walk);
        this.#wake();
      },
    });
  }

  #owe(told: Told, stamp: Stamp): void {
    if (told.atomicUnder !== undefined) {
      for (const leaf of told.removed) this.#outbox.forget(leaf);
      for (const leaf of told.updates) this.#outbox.forget(leaf);
      this.append(notificationOf(told, stamp));
      return;
    }
    this.#put(() => {
      for (const leaf of told.removed) this.#outbox.remove(leaf, stamp);
      for (const leaf of told.updates) this.#outbox.update(leaf, stamp);
    });
  }

  /** Puts something into the outbox; the stream ends when that is more than may wait. */
  #put(into: () => void): void {
    try {
      into();
    } catch (error) {
      if (!(error instanceof SlowConsumerError)) throw error;
      this.end({ code: statusCode.aborted, text: error.message });
    }
    this.#wake();
  }

  async #pause(signal: AbortSignal): Promise<void> {
    this.#paused = true;
    await this.#context.faults.healed(signal);
    this.#paused = false;
  }

  /** Nothing waits: a walk that found nothing to send goes on after other work, else something must happen. */
  async #idle(signal: AbortSignal): Promise<void> {
    if (!this.#walks.empty) {
      await setImmediate(undefined, { signal });
      return;
    }
    this.#behind.release();
    await this.#sleeping.wait(signal);
  }

  #wake(): void {
    this.#sleeping.release();
  }
}

/** Whether a client that takes messages of 4 MiB, gRPC's default, can be sent all of it in one. */
function isModest({ deletes, updates }: Told): boolean {
  if (updates.length + deletes.length > wholeChangeLeaves) return false;
  return updates.reduce((bytes, { value }) => bytes + valueSize(value), 0) <= wholeChangeBytes;
}

function notificationOf({ atomicUnder, deletes, updates }: Told, stamp: Stamp): Notification {
  return { kind: 'notification', stamp, atomicUnder, deletes, updates, duplicates: noDuplicates };
}
