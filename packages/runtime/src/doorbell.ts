// Wakes a loop that looks again at everything each time. It may be rung at any moment and by anyone: a ring that comes
// while the loop works is heard at its next wait, and many rings are one.

import type { Clock } from './clock.ts';
import { Waiter } from './waiter.ts';

/** One loop waits; others ring. */
export class Doorbell {
  readonly #clock: Clock;
  #rung = false;
  #waiter: Waiter | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Something changed: the loop is to look again. */
  ring(): void {
    this.#rung = true;
    this.#waiter?.resolve();
  }

  /**
   * Resolves once it was rung since the last wait, at once if that was before the call, or after `ms` (Infinity: not by
   * itself; 0 or less: as soon as timers run). Rejects with the signal's reason when it aborts.
   */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#rung) {
      const waiter = new Waiter(signal);
      const timer = this.#clock.setTimer(Math.max(0, ms), () => waiter.resolve());
      this.#waiter = waiter;
      try {
        await waiter.promise;
      } finally {
        timer.clear();
        this.#waiter = undefined;
      }
    }
    // Not earlier: the caller reads everything after this, so a ring while the wait was ending is answered too.
    this.#rung = false;
  }
}
