// Whether the disk takes what it is given, and when it is tried again if not.

import { Backoff } from '@syncline/runtime/backoff.ts';
import type { Clock } from '@syncline/runtime/clock.ts';
import type { Rng } from '@syncline/runtime/rng.ts';

/** Called when the disk begins to refuse, with why, and with undefined when that is over; must not throw. */
export type DiskTurned = (error: Error | undefined) => void;

export class DiskHealth {
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #turned: DiskTurned;
  #error: Error | undefined;
  #retryAtMs = 0;
  #refused = 0;

  constructor(
    retry: { readonly initialMs: number; readonly maxMs: number },
    clock: Clock,
    rng: Rng,
    turned: DiskTurned,
  ) {
    this.#turned = turned;
    this.#clock = clock;
    this.#backoff = new Backoff({ ...retry, factor: 2, jitter: 0.2, resetAfterMs: 0 }, clock, rng);
  }

  /** What it refused last; undefined while it takes what it is given. */
  get error(): Error | undefined {
    return this.#error;
  }

  get refused(): number {
    return this.#refused;
  }

  /** When it is to be tried again, in monotonic ms; in the past when it may be at once. */
  get retryAtMs(): number {
    return this.#retryAtMs;
  }

  refuses(error: Error): void {
    const isNew = this.#error === undefined;
    this.#refused += 1;
    this.#error = error;
    this.#retryAtMs = this.#clock.monotonic() + this.#backoff.next();
    if (isNew) this.#turned(error);
  }

  works(): void {
    const isOver = this.#error !== undefined;
    this.#error = undefined;
    this.#retryAtMs = 0;
    this.#backoff.running();
    if (isOver) this.#turned(undefined);
  }
}
