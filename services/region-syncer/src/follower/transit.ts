// How long frames were on their way, told from the times that the leader's wall clock put on them. That clock need not
// agree with any other, and either may be stepped: a frame is as old as it was slower than the fastest one of late.

import type { Clock } from '@syncline/runtime/clock.ts';

/** What was fastest counts for one to two of these: clocks drift apart, and a step may be too short to be seen. */
const windowMs = 600_000;

/** Of the frames of one leader, in their order. */
export class Transit {
  readonly #clock: Clock;
  #lastUnixMs = -Infinity;
  #windowEndMs = -Infinity;
  /** How far our monotonic clock was ahead of the time on a frame, at the least: in this window and in the one before. */
  #least = Infinity;
  #leastBefore = Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Age in ms of a frame that arrives now, 0 or more; the leader sent it at `unixMs` by its own wall clock. */
  ageOf(unixMs: number): number {
    const nowMs = this.#clock.monotonic();
    const isSteppedBack = unixMs < this.#lastUnixMs;
    this.#lastUnixMs = unixMs;
    if (isSteppedBack || nowMs >= this.#windowEndMs) {
      this.#leastBefore = isSteppedBack ? Infinity : this.#least;
      this.#least = Infinity;
      this.#windowEndMs = nowMs + windowMs;
    }
    this.#least = Math.min(this.#least, nowMs - unixMs);
    return nowMs - unixMs - Math.min(this.#least, this.#leastBefore);
  }
}
