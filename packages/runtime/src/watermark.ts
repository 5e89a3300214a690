// The highest revision reached so far, and those who wait for a higher one.
// Level-triggered: a wait for what has been reached already returns at once, so no wake-up can be lost.

import { Waiter } from './waiter.ts';

interface Wait {
  readonly target: bigint;
  readonly waiter: Waiter;
}

/** A revision that only grows. One owner advances it; any number of readers wait. */
export class Watermark {
  readonly #waiting = new Set<Wait>();
  #value: bigint;
  #closed: Error | undefined;

  constructor(initial = 0n) {
    this.#value = initial;
  }

  get value(): bigint {
    return this.#value;
  }

  /** How many waits are pending. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Raises the mark to `revision`; the same again does nothing.
   * Throws RangeError when it is lower, and close()'s reason after close().
   */
  advance(revision: bigint): void {
    if (this.#closed !== undefined) throw this.#closed;
    if (revision < this.#value)
      throw new RangeError(`watermark at ${this.#value} cannot go back to ${revision}`);
    this.#value = revision;
    for (const wait of this.#waiting) {
      if (wait.target > revision) continue;
      this.#waiting.delete(wait);
      wait.waiter.resolve();
    }
  }

  /**
   * Resolves as soon as the mark is at `revision` or above. Rejects with the signal's reason when it aborts,
   * and with close()'s reason when the mark ended below `revision`.
   */
  async reaches(revision: bigint, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (revision <= this.#value) return;
    if (this.#closed !== undefined) throw this.#closed;
    const wait: Wait = { target: revision, waiter: new Waiter(signal, () => this.#waiting.delete(wait)) };
    this.#waiting.add(wait);
    await wait.waiter.promise;
  }

  /**
   * The mark stays where it is: all who wait for more, now and later, are rejected with `reason`.
   * The reason that was given first stays.
   */
  close(reason: Error): void {
    this.#closed ??= reason;
    for (const { waiter } of this.#waiting) waiter.reject(this.#closed);
    this.#waiting.clear();
  }
}
