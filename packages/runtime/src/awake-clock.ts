// Time in which this process ran. A process that is stopped or starved hears nobody: what others had no chance to tell it
// in the meantime must not count against them, and its own loops had no chance to move.

import type { Clock, Timer } from './clock.ts';

/** How often it is looked whether the process runs. */
const tickMs = 250;
/** A longer gap between two looks is a stop. It counts as one look: the process may have run for some of it. */
const gapMs = 2 * tickMs;
/** For so long a timer that became due in a stop waits, so that what was sent meanwhile is read before it fires. */
const settleMs = 20;

/**
 * A clock whose monotonic time stands still while the process does: of a stop of any length a quarter of a second counts.
 * Its timers fire later by as much as it stood. To be disposed of after all that uses it.
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
    const sinceMs = nowMs - this.#seenMs;
    this.#awakeMs += sinceMs > gapMs ? tickMs : sinceMs;
    this.#seenMs = nowMs;
    return this.#awakeMs;
  }

  now(): bigint {
    return this.#clock.now();
  }

  setTimer(ms: number, fire: () => void): Timer {
    const dueMs = this.monotonic() + ms;
    let timer: Timer;
    let isSettled = false;
    const arm = (leftMs: number) => {
      const wantedMs = this.#clock.monotonic() + leftMs;
      timer = this.#clock.setTimer(leftMs, () => {
        const stillMs = dueMs - this.monotonic();
        const stood = this.#clock.monotonic() - wantedMs > gapMs;
        // Once: where every turn takes that long, it fires all the same.
        const settles = stood && !isSettled;
        isSettled ||= stood;
        if (settles) arm(Math.max(stillMs, settleMs));
        // The clock below may fire within a millisecond of the time.
        else if (stillMs > 1) arm(stillMs);
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
