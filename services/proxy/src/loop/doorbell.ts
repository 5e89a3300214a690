// Wakes a loop that looks again at everything each time. It may be rung at any moment and by anyone: a ring that comes
// while the loop works is heard at its next wait, and many rings are one.

import type { Clock } from '@syncline/runtime/clock.ts';
import { Waiter } from '@syncline/runtime/waiter.ts';

/** One loop waits; others ring. */
export class Doorbell {
  readonly #clock: Clock;
  #rung = false;
  #waiter: Waiter | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#rung = true;
    this.#waiter?.resolve();
  }

  /** Resolves once it was rung since the last wait, or after `ms` (Infinity: not by itself). Rejects with the signal's reason. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#rung) {
      const waiter = new Waiter(signal);
      const timer = this.#clock.setTimer(ms, () => waiter.resolve());
      this.#waiter = waiter;
      try {
        await waiter.promise;
      } finally {
        timer.clear();
        this.#waiter = undefined;
      }
    }
    this.#rung = false;
  }
}
