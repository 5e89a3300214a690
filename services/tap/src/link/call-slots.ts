// How many calls are under way for one conduit at a time. A slot is held for an external call alone, which ends by its
// own deadline, and never while another slot or a loop is waited for: so those who wait always get their turn. Slots are
// a conduit's own, so one whose calls all hang takes nothing from the others.

import type { CallLimits } from '@syncline/runtime/call.ts';
import type { Clock } from '@syncline/runtime/clock.ts';
import { Waiter } from '@syncline/runtime/waiter.ts';
import { type ConduitName, conduitKey } from '@syncline/trench/stream-name.ts';
import { ClientError, Status } from 'nice-grpc-common';

interface Lane {
  running: number;
  readonly queue: Set<Waiter>;
}

/** Bounds the calls to one neighbour; those beyond the bound wait in their order, on their own time. */
export class CallSlots {
  readonly #clock: Clock;
  readonly #perConduit: number;
  readonly #lanes = new Map<string, Lane>();

  /** `perConduit` is 1 or more. */
  constructor(perConduit: number, clock: Clock) {
    this.#perConduit = perConduit;
    this.#clock = clock;
  }

  /** Calls that are under way or wait for their turn. */
  get calls(): number {
    return [...this.#lanes.values()].reduce((sum, { running, queue }) => sum + running + queue.size, 0);
  }

  /**
   * Makes a call with what is left of its time once it has its turn. Rejects with RangeError for a call without a
   * deadline, which is a fault of ours; with DEADLINE_EXCEEDED when its time is up before its turn, with the signal's
   * reason when it aborts, and with whatever `call` rejects with.
   */
  async run<T>(
    conduit: ConduitName,
    limits: CallLimits,
    path: string,
    call: (limits: CallLimits) => Promise<T>,
  ): Promise<T> {
    const { signal, deadlineMs } = limits;
    if (!(deadlineMs > 0 && Number.isFinite(deadlineMs)))
      throw new RangeError(`${path} was called with deadlineMs ${deadlineMs}: every call needs a deadline`);
    signal.throwIfAborted();
    const began = this.#clock.monotonic();
    const key = conduitKey(conduit);
    await this.#enter(key, path, limits);
    try {
      const leftMs = deadlineMs - (this.#clock.monotonic() - began);
      if (leftMs <= 0) throw late(path, deadlineMs);
      return await call({ signal, deadlineMs: leftMs });
    } finally {
      this.#leave(key);
    }
  }

  async #enter(key: string, path: string, { signal, deadlineMs }: CallLimits): Promise<void> {
    const lane = this.#lanes.get(key) ?? { running: 0, queue: new Set() };
    this.#lanes.set(key, lane);
    if (lane.running < this.#perConduit) {
      lane.running += 1;
      return;
    }
    const waiter: Waiter = new Waiter(signal, () => lane.queue.delete(waiter));
    lane.queue.add(waiter);
    const timer = this.#clock.setTimer(deadlineMs, () => {
      if (lane.queue.delete(waiter)) waiter.reject(late(path, deadlineMs));
    });
    try {
      await waiter.promise;
    } finally {
      timer.clear();
    }
  }

  /** Hands the slot to who waits longest, if anybody does. */
  #leave(key: string): void {
    const lane = this.#lanes.get(key);
    if (lane === undefined) return;
    const [next] = lane.queue;
    if (next !== undefined) {
      lane.queue.delete(next);
      next.resolve();
      return;
    }
    lane.running -= 1;
    if (lane.running === 0) this.#lanes.delete(key);
  }
}

function late(path: string, deadlineMs: number): ClientError {
  return new ClientError(path, Status.DEADLINE_EXCEEDED, `no turn within ${deadlineMs} ms`);
}
