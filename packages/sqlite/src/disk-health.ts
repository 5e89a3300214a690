// Whether the disk takes what it is given, and when it is to be tried again if not: the delays grow with each refusal, and
// start over once something was taken.

import { Backoff } from '@syncline/runtime/backoff.ts';
import { type Clock, sleep } from '@syncline/runtime/clock.ts';
import { Listeners } from '@syncline/runtime/listeners.ts';
import type { Rng } from '@syncline/runtime/rng.ts';

/** The first delay and the longest, in ms; each is twice the one before, less up to a fifth by chance. */
export interface DiskRetry {
  readonly initialMs: number;
  readonly maxMs: number;
}

/** Called with why the disk refuses, and with undefined when that is over; must not throw. */
export type DiskTurned = (error: Error | undefined) => void;

export class DiskHealth {
  /** Told when the disk begins to refuse, and when that is over; not of the refusals in between. */
  readonly turned: Listeners<Parameters<DiskTurned>> = new Listeners();
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  #error: Error | undefined;
  #refusals = 0;
  #sinceMs: number | undefined;
  #retryAtMs: number | undefined;

  /** Throws RangeError when the delays are out of their bounds, see BackoffSettings. */
  constructor({ initialMs, maxMs }: DiskRetry, clock: Clock, rng: Rng) {
    this.#clock = clock;
    this.#backoff = new Backoff({ initialMs, maxMs, factor: 2, jitter: 0.2, resetAfterMs: 0 }, clock, rng);
  }

  /** What it refused last; undefined while it takes what it is given. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** How often it has refused, since the start. */
  get refusals(): number {
    return this.#refusals;
  }

  /** For how long it has refused, in ms; 0 while it takes what it is given. */
  get refusingMs(): number {
    return this.#sinceMs === undefined ? 0 : this.#clock.monotonic() - this.#sinceMs;
  }

  /** When it is to be tried again, in monotonic ms; undefined while it takes what it is given. */
  get retryAtMs(): number | undefined {
    return this.#retryAtMs;
  }

  /** It has refused a write, or was not heard to have taken it. */
  refuses(error: Error): void {
    const isNew = this.#error === undefined;
    this.#refusals += 1;
    this.#error = error;
    this.#sinceMs ??= this.#clock.monotonic();
    this.#retryAtMs = this.#clock.monotonic() + this.#backoff.next();
    if (isNew) this.turned.tell(error);
  }

  /** It has taken a write. */
  works(): void {
    this.#backoff.running();
    if (this.#error === undefined) return;
    this.#error = this.#sinceMs = this.#retryAtMs = undefined;
    this.turned.tell(undefined);
  }

  /** Resolves when it is to be tried again, at once while it takes what it is given. Rejects with the signal's reason. */
  async due(signal: AbortSignal): Promise<void> {
    if (this.#retryAtMs !== undefined)
      await sleep(this.#clock, this.#retryAtMs - this.#clock.monotonic(), signal);
  }
}
