// Everybody who waits for the same thing to happen.

import { Waiter } from '@syncline/runtime/waiter.ts';

/** A set of waits that end together. */
export class Waiters {
  readonly #waiting = new Set<Waiter>();

  /** Resolves at the next release(); rejects with the signal's reason. */
  async wait(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const waiter: Waiter = new Waiter(signal, () => this.#waiting.delete(waiter));
    this.#waiting.add(waiter);
    await waiter.promise;
  }

  /** Lets all go who wait now. */
  release(): void {
    for (const waiter of this.#waiting) waiter.resolve();
    this.#waiting.clear();
  }
}
