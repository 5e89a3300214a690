// Delays between attempts, with full jitter: those who failed at the same moment do not come back at the same moment.

import { Backoff, type BackoffSettings } from '@syncline/runtime/backoff.ts';
import type { Clock } from '@syncline/runtime/clock.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import type { RetryTimings } from '../timings.ts';

/** Doubling delays that are left to chance as a whole; a run of the longest delay starts them over. */
export function retryShape({ initialMs, maxMs }: RetryTimings): BackoffSettings {
  return { initialMs, maxMs, factor: 2, jitter: 1, resetAfterMs: maxMs };
}

/** When the next attempt may be made. */
export class Retry {
  readonly #timings: RetryTimings;
  readonly #clock: Clock;
  readonly #rng: Rng;
  #backoff: Backoff;
  #atMs = 0;

  constructor(timings: RetryTimings, clock: Clock, rng: Rng) {
    this.#timings = timings;
    this.#clock = clock;
    this.#rng = rng;
    this.#backoff = this.#fresh();
  }

  /** Monotonic time of the next attempt; in the past when it may be made at once. */
  get atMs(): number {
    return this.#atMs;
  }

  /** The attempt failed. */
  failed(): void {
    this.wait(this.#backoff.next());
  }

  /** The next attempt is `ms` from now, whatever the attempts before. */
  wait(ms: number): void {
    this.#atMs = this.#clock.monotonic() + ms;
  }

  /** The attempt succeeded, or another thing is wanted: the next may be made at once, and delays start over. */
  reset(): void {
    this.#backoff = this.#fresh();
    this.#atMs = 0;
  }

  #fresh(): Backoff {
    return new Backoff(retryShape(this.#timings), this.#clock, this.#rng);
  }
}
