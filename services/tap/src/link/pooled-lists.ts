// Lists of targets, by one call for many streams where many ask at once: opening a hundred streams takes some tens of
// lists instead of three hundred. Invariant: every answer is that of a call that began after it was asked for.

import type { CallLimits } from '@syncline/runtime/call.ts';
import type { Clock, Timer } from '@syncline/runtime/clock.ts';
import { Waiter } from '@syncline/runtime/waiter.ts';
import { type ConduitName, conduitKey, type StreamName } from '@syncline/trench/stream-name.ts';
import { ClientError, Status } from 'nice-grpc-common';
import type { ListedTarget } from '../ports.ts';

/** The targets of a conduit by their stream's own name; a stream without any has no entry. */
export type TargetsByStream = ReadonlyMap<string, readonly ListedTarget[]>;

/** The calls behind the lists. */
export interface ListCalls {
  /** The method, for errors. */
  readonly path: string;
  listStream(stream: StreamName, limits: CallLimits): Promise<readonly ListedTarget[]>;
  /** Rejects with RESOURCE_EXHAUSTED when the list is longer than what is taken. */
  listConduit(conduit: ConduitName, limits: CallLimits): Promise<TargetsByStream>;
}

/** The lists of one trench, by conduit. Of a conduit without a list under way nothing is remembered. */
export class PooledLists {
  readonly #calls: ListCalls;
  readonly #clock: Clock;
  readonly #pools = new Map<string, Pool>();

  constructor(calls: ListCalls, clock: Clock) {
    this.#calls = calls;
    this.#clock = clock;
  }

  /**
   * All targets of `stream`. Rejects with DEADLINE_EXCEEDED when the time is up, with the signal's reason when it aborts,
   * and with what the call rejects with that was to answer.
   */
  async list(stream: StreamName, limits: CallLimits): Promise<readonly ListedTarget[]> {
    limits.signal.throwIfAborted();
    const key = conduitKey(stream);
    const idle = () => this.#pools.delete(key);
    const pool = this.#pools.get(key) ?? new Pool(stream, this.#calls, this.#clock, idle);
    this.#pools.set(key, pool);
    return await pool.list(stream, limits);
  }
}

/** So many lists of a conduit are under way before further ones wait to be asked for together. */
const callsAtOnce = 2;

/** A list of all is worth it for this part of the streams that it tells of. */
const worthwhilePart = 1 / 4;

interface Call {
  readonly stop: AbortController;
  /** Those who still wait for its answer. */
  asks: number;
}

interface Ask {
  readonly stream: StreamName;
  readonly endsAt: number;
  readonly waiter: Waiter<readonly ListedTarget[]>;
  readonly timer: Timer;
  call: Call | undefined;
}

type Asks = readonly [Ask, ...Ask[]];

class Pool {
  readonly #conduit: ConduitName;
  readonly #calls: ListCalls;
  readonly #clock: Clock;
  readonly #idle: () => void;
  readonly #waiting = new Set<Ask>();
  #underWay = 0;
  /** Streams that the last list of all told of; Infinity once one was longer than what is taken. */
  #streams = 0;

  /** `idle` is called when the last list is over. */
  constructor({ trench, conduit }: ConduitName, calls: ListCalls, clock: Clock, idle: () => void) {
    this.#conduit = { trench, conduit };
    this.#calls = calls;
    this.#clock = clock;
    this.#idle = idle;
  }

  list(stream: StreamName, { signal, deadlineMs }: CallLimits): Promise<readonly ListedTarget[]> {
    const ask: Ask = {
      stream,
      endsAt: this.#clock.monotonic() + deadlineMs,
      waiter: new Waiter(signal, () => this.#leave(ask)),
      timer: this.#clock.setTimer(deadlineMs, () => this.#endAsLate(ask)),
      call: undefined,
    };
    this.#waiting.add(ask);
    this.#start();
    return ask.waiter.promise;
  }

  #start(): void {
    while (this.#underWay < callsAtOnce) {
      const [first, ...others] = this.#waiting;
      if (first === undefined) return;
      const together = 1 + others.length >= this.#streams * worthwhilePart;
      void this.#answer(together ? [first, ...others] : [first]);
    }
  }

  async #answer(asks: Asks): Promise<void> {
    const call: Call = { stop: new AbortController(), asks: asks.length };
    for (const ask of asks) {
      this.#waiting.delete(ask);
      ask.call = call;
    }
    this.#underWay += 1;
    try {
      // A timer may be behind the clock, and a call needs time left.
      const leftMs = Math.max(...asks.map(({ endsAt }) => endsAt)) - this.#clock.monotonic();
      const deadlineMs = Math.max(1, leftMs);
      const lists = await this.#lists(asks, { signal: call.stop.signal, deadlineMs });
      for (const ask of asks) {
        this.#forget(ask);
        ask.waiter.resolve(lists.get(ask.stream.stream) ?? []);
      }
    } catch (error) {
      for (const ask of asks) {
        this.#forget(ask);
        ask.waiter.reject(error as Error);
      }
    } finally {
      this.#underWay -= 1;
      this.#start();
      if (this.#underWay === 0) this.#idle();
    }
  }

  async #lists([first, ...others]: Asks, limits: CallLimits): Promise<TargetsByStream> {
    if (others.length === 0) {
      const { stream } = first;
      return new Map([[stream.stream, await this.#calls.listStream(stream, limits)]]);
    }
    try {
      const lists = await this.#calls.listConduit(this.#conduit, limits);
      this.#streams = lists.size;
      return lists;
    } catch (error) {
      if (error instanceof ClientError && error.code === Status.RESOURCE_EXHAUSTED) this.#streams = Infinity;
      throw error;
    }
  }

  #endAsLate(ask: Ask): void {
    this.#leave(ask);
    const details = `no list of ${ask.stream.stream} in time`;
    ask.waiter.reject(new ClientError(this.#calls.path, Status.DEADLINE_EXCEEDED, details));
  }

  /** Its time is up or its signal aborted; a call that nobody waits for any more is given up. */
  #leave(ask: Ask): void {
    this.#forget(ask);
    if (ask.call === undefined) return;
    ask.call.asks -= 1;
    if (ask.call.asks === 0) ask.call.stop.abort();
  }

  #forget(ask: Ask): void {
    ask.timer.clear();
    this.#waiting.delete(ask);
  }
}
