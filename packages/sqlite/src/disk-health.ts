// Whether the disk takes what it is given, and when it is to be tried again if not: the delays grow from one attempt that
// is due to the next, and begin anew once something was taken.

import { Backoff } from '@syncline/runtime/backoff.ts';
import { type Clock, sleep } from '@syncline/runtime/clock.ts';
import { Listeners } from '@syncline/runtime/listeners.ts';
import type { Rng } from '@syncline/runtime/rng.ts';

/** The first delay and the longest, in ms; each is twice the one before, less up to a fifth by chance. */
export interface DiskRetry {
  readonly initialMs: number;
  readonly maxMs: number;
}

/** Called with why the disk refuses when that begins, and with undefined when it is over; must not throw. */
export type DiskTurned = (error: Error | undefined) => void;

/** A timer fires less than this before its time. */
const earlyMs = 1;

export class DiskHealth {
  readonly #turned: Listeners<[error: Error | undefined]> = new Listeners();
  readonly #refused: Listeners<[error: Error]> = new Listeners();
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

  /** Gives what ends it. */
  onTurned(listener: DiskTurned): () => void {
    return this.#turned.add(listener);
  }

  /** Called with each refusal, also of the same kind as the one before; must not throw. Gives what ends it. */
  onRefused(listener: (error: Error) => void): () => void {
    return this.#refused.add(listener);
  }

  /** It has refused a write, or was not heard to have taken it. Who tries before it is due puts nothing off. */
  refuses(error: Error): void {
    const nowMs = this.#clock.monotonic();
    const isNew = this.#error === undefined;
    this.#refusals += 1;
    this.#error = error;
    this.#sinceMs ??= nowMs;
    if ((this.#retryAtMs ?? nowMs) - nowMs < earlyMs) this.#retryAtMs = nowMs + this.#backoff.next();
    if (isNew) this.#turned.tell(error);
    this.#refused.tell(error);
  }

  /** It has taken a write. */
  works(): void {
    this.#backoff.running();
    if (this.#error === undefined) return;
    this.#error = this.#sinceMs = this.#retryAtMs = undefined;
    this.#turned.tell(undefined);
  }

  /** Resolves when it is to be tried again, at once while it takes what it is given. Rejects with the signal's reason. */
  async due(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const waitMs = (this.#retryAtMs ?? 0) - this.#clock.monotonic();
    if (waitMs > 0) await sleep(this.#clock, waitMs, signal);
  }

  /** refuses(), and then due(). */
  async refused(error: Error, signal: AbortSignal): Promise<void> {
    this.refuses(error);
    await this.due(signal);
  }
}
