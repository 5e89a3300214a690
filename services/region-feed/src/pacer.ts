// How much is due by now at a given rate.

import type { Clock } from '@syncline/runtime/clock.ts';

/** Time lost beyond this is not made up for: a burst is not what was asked for. */
const MOST_ARREARS_MS = 100;

/** Hands out turns at a rate; starts when it is made. */
export class Pacer {
  readonly #perMs: number;
  readonly #clock: Clock;
  #since: number;
  #due = 0;

  /** `perSecond` is 0 or more. */
  constructor(perSecond: number, clock: Clock) {
    this.#perMs = perSecond / 1_000;
    this.#clock = clock;
    this.#since = clock.monotonic();
  }

  /** Turns that are due, and not taken yet; may be a fraction, and below 0 after more were taken than were due. */
  get due(): number {
    const now = this.#clock.monotonic();
    this.#due += (now - this.#since) * this.#perMs;
    this.#since = now;
    this.#due = Math.min(this.#due, Math.max(1, MOST_ARREARS_MS * this.#perMs));
    return this.#due;
  }

  /** Takes turns. */
  take(turns: number): void {
    this.#due -= turns;
  }
}
