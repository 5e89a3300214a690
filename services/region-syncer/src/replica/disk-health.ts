// Whether the disk takes what it is given, and how long to wait before it is tried again.

import { Backoff } from '@syncline/runtime/backoff.ts';
import { type Clock, sleep } from '@syncline/runtime/clock.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import { Listeners } from './listeners.ts';

export class DiskHealth {
  readonly changed: Listeners<[error: Error | undefined]> = new Listeners();
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  #error: Error | undefined;
  #failed = 0;

  constructor(retry: { readonly initialMs: number; readonly maxMs: number }, clock: Clock, rng: Rng) {
    this.#clock = clock;
    this.#backoff = new Backoff({ ...retry, factor: 2, jitter: 0.2, resetAfterMs: 0 }, clock, rng);
  }

  /** What it refused last; undefined while it takes what it is given. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** How many writes it has refused. */
  get failed(): number {
    return this.#failed;
  }

  /** It has refused a write. Resolves when it is to be tried again; rejects with the signal's reason. */
  async refused(error: Error, signal: AbortSignal): Promise<void> {
    this.#failed++;
    this.#error = error;
    this.changed.tell(error);
    await sleep(this.#clock, this.#backoff.next(), signal);
  }

  /** It has taken a write. */
  works(): void {
    this.#backoff.running();
    if (this.#error === undefined) return;
    this.#error = undefined;
    this.changed.tell(undefined);
  }
}
