// What a follower does to its copy, one frame at a time. Every record of a frame is accounted for: what no work took,
// or what was thrown away with a snapshot, is superseded, because it is asked for again.
// Invariant: a frame's work is over before the next frame is taken.

import { WireError } from '@syncline/protobuf/wire-error.ts';
import type { Clock } from '@syncline/runtime/clock.ts';
import { faultOf } from '@syncline/sqlite/store-fault.ts';
import { StoreDeadlineError } from '@syncline/sqlite/store-thread.ts';
import { ArenaFullError } from '../regions/arena.ts';
import { Digest } from '../regions/digest.ts';
import { OverlapError } from '../regions/region-load.ts';
import type { Admission } from '../replica/fold.ts';
import type { Incoming } from '../replica/incoming.ts';
import type { Replica } from '../replica/replica.ts';
import type { Origin } from '../replica/standing.ts';
import type { Frame } from '../wire/frame.ts';
import { tracedApply } from './apply-span.ts';
import type { CopyEffect, FollowerEvent, Why } from './state.ts';
import type { Settled, Tally } from './tally.ts';

/** A second generation that is being filled, and what has come of it. */
interface Filling {
  readonly incoming: Incoming;
  readonly begunMs: number;
  bytes: number;
  applied: number;
  stale: number;
  superseded: number;
}

const nothing: Settled = { applied: 0, stale: 0, superseded: 0 };

export class Copy {
  readonly #replica: Replica;
  readonly #tally: Tally;
  readonly #clock: Clock;
  readonly #member: string;
  readonly #signal: AbortSignal;
  #frame: Frame | undefined;
  /** Records of the frame that nothing has become of. */
  #left = 0;
  #work: Promise<void> | undefined;
  #isCompared = false;
  /** What the work comes to when nothing fails; undefined when that is nothing to tell. */
  #outcome: FollowerEvent | undefined;
  #filling: Filling | undefined;

  /** `member`: the name of this follower, for its traces. `signal` ends what waits for the disk alone. */
  constructor(replica: Replica, tally: Tally, clock: Clock, member: string, signal: AbortSignal) {
    this.#replica = replica;
    this.#tally = tally;
    this.#clock = clock;
    this.#member = member;
    this.#signal = signal;
  }

  /** What is asked for until settled() is about this frame. */
  take(frame: Frame): void {
    const { count, refused } = frame.run;
    this.#tally.receive(count + refused, refused);
    this.#frame = frame;
    this.#left = count;
  }

  /** Begins what is asked for, of which at most one thing takes time. */
  perform(effect: CopyEffect): void {
    switch (effect.kind) {
      case 'apply': {
        const frame = this.#taken();
        this.#work = tracedApply(frame, this.#member, () =>
          this.#change(this.#replica.apply(frame.run, frame.startIndex, admission(effect.judge))),
        );
        return;
      }
      case 'skip':
        return;
      case 'move':
        return this.#replica.move(effect.next);
      case 'delta': {
        const { run, removed, leaderNext } = this.#taken();
        this.#work = this.#change(this.#replica.delta(run, removed, leaderNext, this.#signal));
        return;
      }
      case 'rebase':
        return this.#replica.rebase(effect.next);
      case 'begin':
        this.#filling = {
          ...nothing,
          incoming: this.#replica.begin(),
          begunMs: this.#clock.monotonic(),
          bytes: 0,
        };
        return;
      case 'stage':
        return this.#stage(this.#taken());
      case 'catch-up': {
        const { run, startIndex } = this.#taken();
        const filling = this.#begun();
        const records = filling.incoming.catchUp(run, startIndex, admission(effect.judge));
        this.#work = this.#fill(filling, records, run.bytes.length);
        return;
      }
      case 'complete':
        this.#work = this.#complete(this.#begun(), effect.position, effect.origin);
        return;
      case 'drop':
        return this.#drop();
      case 'compare':
        this.#isCompared = true;
        return;
    }
  }

  /** Waits for what was asked for since take(). Gives what is to be told of it; throws what is a fault of this program. */
  async settled(): Promise<FollowerEvent | undefined> {
    const work = this.#work;
    this.#work = undefined;
    try {
      if (work !== undefined) await work;
      if (this.#isCompared && !this.#isSame(this.#taken())) return { kind: 'mismatch' };
      return this.#outcome;
    } catch (error) {
      return failure(error, this.#replica.next);
    } finally {
      this.#outcome = undefined;
      this.#isCompared = false;
      this.#frame = undefined;
      this.#tally.settle({ ...nothing, superseded: this.#left });
      this.#left = 0;
    }
  }

  #stage({ run }: Frame): void {
    const filling = this.#begun();
    const staged = filling.incoming.stage(run);
    const records = { ...nothing, applied: run.count };
    this.#work = this.#fill(
      filling,
      staged.then(() => records),
      run.bytes.length,
    );
  }

  #drop(): void {
    const filling = this.#filling;
    this.#filling = undefined;
    filling?.incoming.drop();
    if (filling !== undefined) this.#tally.settle({ ...nothing, superseded: total(filling) });
  }

  /** False when the frame has a digest of the records up to its end, which is where the copy is, and it is another. */
  #isSame({ digest, startIndex, run }: Frame): boolean {
    if (digest === undefined || startIndex + run.count !== this.#replica.next) return true;
    return Digest.decode(digest).equals(this.#replica.digest);
  }

  async #change(work: Promise<Settled>): Promise<void> {
    const records = await work;
    this.#tally.settle(records);
    this.#left -= total(records);
  }

  /** Its records count only when the second generation does. */
  async #fill(filling: Filling, work: Promise<Settled>, bytes: number): Promise<void> {
    const records = await this.#unlessDropped(filling, work);
    if (records === undefined) return;
    filling.bytes += bytes;
    filling.applied += records.applied;
    filling.stale += records.stale;
    filling.superseded += records.superseded;
    this.#left -= total(records);
  }

  async #complete(filling: Filling, position: number, origin: Origin): Promise<void> {
    await this.#unlessDropped(filling, filling.incoming.complete(position, origin));
    if (filling !== this.#filling) return;
    this.#filling = undefined;
    this.#tally.settle(filling);
    this.#tally.snapshot(this.#clock.monotonic() - filling.begunMs, filling.bytes);
    this.#outcome = { kind: 'completed' };
  }

  /** What the work on it came to; of one that was thrown away meanwhile, undefined, also when the work failed. */
  async #unlessDropped<Value>(filling: Filling, work: Promise<Value>): Promise<Value | undefined> {
    try {
      const value = await work;
      return filling === this.#filling ? value : undefined;
    } catch (error) {
      if (filling === this.#filling) throw error;
      return undefined;
    }
  }

  #taken(): Frame {
    if (this.#frame === undefined) throw new Error('no frame was taken');
    return this.#frame;
  }

  #begun(): Filling {
    if (this.#filling === undefined) throw new Error('no second generation was begun');
    return this.#filling;
  }
}

function admission(judge: boolean): Admission {
  return judge ? 'judged' : 'all';
}

function total({ applied, stale, superseded }: Settled): number {
  return applied + stale + superseded;
}

/** What a failure of the copy is to the follower. Throws what is none that can be expected. */
function failure(error: unknown, next: number): FollowerEvent {
  const why = whyOf(error);
  if (why === undefined || !(error instanceof Error)) throw error;
  return { kind: 'failed', why, detail: error.message, next };
}

function whyOf(error: unknown): Why | undefined {
  if (error instanceof WireError || error instanceof OverlapError) return 'bad_frame';
  if (error instanceof ArenaFullError) return 'memory_full';
  if (faultOf(error) !== undefined || error instanceof StoreDeadlineError) return 'store_failed';
  return undefined;
}
