// Those who asked for a resync and wait until its epoch has begun.

import { Waiter } from '@syncline/runtime/waiter.ts';

/** The session could not begin the epoch that was asked for; the message says why, in the device's words. */
export class SessionFailedError extends Error {
  override name = 'SessionFailedError';
}

/** The next epoch of a session, as something to wait for. */
export class NextEpoch {
  readonly #waiting = new Set<Waiter<number>>();

  /** Resolves with the next epoch that begins. Rejects with SessionFailedError, or with the signal's reason. */
  async wait(signal: AbortSignal): Promise<number> {
    signal.throwIfAborted();
    const waiter = new Waiter<number>(signal, () => this.#waiting.delete(waiter));
    this.#waiting.add(waiter);
    return waiter.promise;
  }

  begun(epoch: number): void {
    for (const waiter of this.#waiting) waiter.resolve(epoch);
    this.#waiting.clear();
  }

  failed(detail: string): void {
    for (const waiter of this.#waiting) waiter.reject(new SessionFailedError(detail));
    this.#waiting.clear();
  }
}
