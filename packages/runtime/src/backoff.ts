// How long to wait before the next attempt. The delay grows with every attempt and starts over only after a
// run that lasted: a peer that accepts and drops each connection is not hammered (openconfig's gNMI manager
// does the same).

import type { Clock } from './clock.ts';
import type { Rng } from './rng.ts';

/** The shape of the delays. */
export interface BackoffSettings {
  /** The first delay; above 0. */
  readonly initialMs: number;
  /** The longest delay; `initialMs` or more. */
  readonly maxMs: number;
  /** How much longer each delay is than the one before; 1 or more. */
  readonly factor: number;
  /** The share of each delay that is left to chance, 0 to 1: d is drawn from [d − jitter·d, d]. */
  readonly jitter: number;
  /** How long a run must last for the delays to start over; 0 or more. */
  readonly resetAfterMs: number;
}

/** The delays of one thing that is attempted again and again. */
export class Backoff {
  readonly #settings: BackoffSettings;
  readonly #clock: Clock;
  readonly #rng: Rng;
  #delayMs: number;
  #attempts = 0;
  #runningSince: number | undefined;

  /** Throws RangeError naming every setting that is out of its bounds. */
  constructor(settings: BackoffSettings, clock: Clock, rng: Rng) {
    check(settings);
    this.#settings = settings;
    this.#clock = clock;
    this.#rng = rng;
    this.#delayMs = settings.initialMs;
  }

  /** How many delays were given since the start or the last run that lasted. */
  get attempts(): number {
    return this.#attempts;
  }

  /** The attempt came up: the run begins. */
  running(): void {
    this.#runningSince = this.#clock.monotonic();
  }

  /** The attempt failed or its run is over: milliseconds to wait before the next, never above `maxMs`. */
  next(): number {
    const since = this.#runningSince;
    this.#runningSince = undefined;
    if (since !== undefined && this.#clock.monotonic() - since > this.#settings.resetAfterMs) {
      this.#delayMs = this.#settings.initialMs;
      this.#attempts = 0;
    }
    const delayMs = this.#delayMs * (1 - this.#settings.jitter * this.#rng.next());
    // The delay itself is carried, not an exponent: it saturates whatever the number of attempts.
    this.#delayMs = Math.min(this.#settings.maxMs, this.#delayMs * this.#settings.factor);
    this.#attempts += 1;
    return delayMs;
  }
}

function check({ initialMs, maxMs, factor, jitter, resetAfterMs }: BackoffSettings): void {
  const problems: string[] = [];
  if (!(initialMs > 0 && Number.isFinite(initialMs)))
    problems.push(`initialMs must be above 0, not ${initialMs}`);
  if (!(maxMs >= initialMs && Number.isFinite(maxMs)))
    problems.push(`maxMs must be initialMs or more, not ${maxMs}`);
  if (!(factor >= 1 && Number.isFinite(factor))) problems.push(`factor must be 1 or more, not ${factor}`);
  if (!(jitter >= 0 && jitter <= 1)) problems.push(`jitter must be from 0 to 1, not ${jitter}`);
  if (!(resetAfterMs >= 0)) problems.push(`resetAfterMs must be 0 or more, not ${resetAfterMs}`);
  if (problems.length > 0) throw new RangeError(`backoff: ${problems.join('; ')}`);
}
