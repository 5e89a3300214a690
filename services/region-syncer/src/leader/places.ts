// How many captures of regions are sent at a time: each keeps memory that the regions would otherwise use again.
// Who comes first is served first. Invariants: at most `most` places are taken, and at most `queue` wait.

import type { Clock } from '@syncline/runtime/clock.ts';
import { Waiter } from '@syncline/runtime/waiter.ts';

/** Bounds of the places. */
export interface PlaceLimits {
  readonly most: number;
  readonly queue: number;
  readonly waitMs: number;
}

/** One place; disposing it lets the next one have it. */
export type Place = Disposable;

/** There was no place, and to wait for one took, or would take, too long. */
export class NoPlaceError extends Error {
  override name = 'NoPlaceError';
}

export class Places {
  readonly #limits: PlaceLimits;
  readonly #clock: Clock;
  readonly #waiting: Set<Waiter> = new Set();
  #taken = 0;

  constructor(limits: PlaceLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Whether take() would give a place at once. */
  get isFree(): boolean {
    return this.#taken < this.#limits.most;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Takes a place. Rejects with NoPlaceError when the queue is full or the wait too long, and with the signal's reason. */
  async take(signal: AbortSignal): Promise<Place> {
    if (this.isFree) this.#taken += 1;
    else await this.#wait(signal);
    let isTaken = true;
    return {
      [Symbol.dispose]: () => {
        if (isTaken) this.#release();
        isTaken = false;
      },
    };
  }

  async #wait(signal: AbortSignal): Promise<void> {
    const { most, queue, waitMs } = this.#limits;
    if (this.#waiting.size >= queue)
      throw new NoPlaceError(`${most} snapshots are being sent and ${queue} followers wait for theirs`);
    signal.throwIfAborted();
    const waiter: Waiter = new Waiter(signal, () => this.#waiting.delete(waiter));
    this.#waiting.add(waiter);
    const timer = this.#clock.setTimer(waitMs, () => {
      this.#waiting.delete(waiter);
      waiter.reject(new NoPlaceError(`${most} snapshots were being sent for ${waitMs} ms`));
    });
    try {
      await waiter.promise;
    } finally {
      timer.clear();
    }
  }

  /** A place that is waited for is handed over, never free in between. */
  #release(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#taken -= 1;
    else {
      this.#waiting.delete(next);
      next.resolve();
    }
  }
}
