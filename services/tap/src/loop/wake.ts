// How a loop is told to look again. A dirty flag, not a queue: any number of kicks are one more pass, which reads all
// there is to read.

import type { Clock } from '@syncline/runtime/clock.ts';
import { Waiter } from '@syncline/runtime/waiter.ts';

/** Kicked by anybody, awaited by one loop. */
export class Wake {
  readonly #clock: Clock;
  #isKicked = false;
  #waiter: Waiter | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Something changed: the loop makes another pass. */
  kick(): void {
    this.#isKicked = true;
    this.#waiter?.resolve();
  }

  /**
   * Resolves when there was a kick since the last time, at once if there was one before the call, or at the monotonic
   * time `untilMs` (Infinity: never). Rejects with the signal's reason when it aborts.
   */
  async next(untilMs: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#isKicked) {
      const waiter = new Waiter(signal);
      const timer = this.#clock.setTimer(untilMs - this.#clock.monotonic(), () => waiter.resolve());
      this.#waiter = waiter;
      try {
        await waiter.promise;
      } finally {
        timer.clear();
        this.#waiter = undefined;
      }
    }
    // The caller reads everything after this, so a kick that came while the wait was ending is answered too.
    this.#isKicked = false;
  }
}
