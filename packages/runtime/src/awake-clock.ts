// Time in which this process ran. A process that is stopped or starved hears nobody: what others had no chance to tell it
// in the meantime must not count against them, and its own loops had no chance to move.

import type { Clock, Timer } from './clock.ts';

/** How often it is looked whether the process runs. */
const tickMs = 250;
/** What a gap between two looks counts at the most: the process may have run for some of it. */
const gapMs = 2 * tickMs;

/**
 * A clock whose monotonic time stands still while the process does: of a gap of any length half a second counts. Its
 * timers fire late by as much. Disposing stops it.
 */
export class AwakeClock implements Clock, Disposable {
  readonly #clock: Clock;
  #awakeMs = 0;
  #seenMs: number;
  #tick: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#seenMs = clock.monotonic();
    this.#look();
  }

  monotonic(): number {
    const nowMs = this.#clock.monotonic();
    this.#awakeMs += Math.min(nowMs - this.#seenMs, gapMs);
    this.#seenMs = nowMs;
    return this.#awakeMs;
  }

  now(): bigint {
    return this.#clock.now();
  }

  setTimer(ms: number, fire: () => void): Timer {
    const dueMs = this.monotonic() + ms;
    let timer: Timer;
    const arm = (leftMs: number) => {
      timer = this.#clock.setTimer(leftMs, () => {
        const stillMs = dueMs - this.monotonic();
        // The clock below may fire within a millisecond of the time.
        if (stillMs > 1) arm(stillMs);
        else fire();
      });
    };
    arm(ms);
    return { clear: () => timer.clear() };
  }

  [Symbol.dispose](): void {
    this.#tick?.clear();
  }

  #look(): void {
    this.monotonic();
    this.#tick = this.#clock.setTimer(tickMs, () => this.#look());
  }
}
