// When subscribers may be written to: at once, unless a stall holds everybody or a delay slows everybody.

import { type Clock, sleep, type Timer } from '@syncline/runtime/clock.ts';
import { Waiters } from './waiters.ts';

/** The pace of all writing to subscribers. */
export class Pace {
  readonly #clock: Clock;
  readonly #held = new Waiters();
  #stalled = false;
  #end: Timer | undefined;
  #delayMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a write may happen without asking for a turn. */
  get free(): boolean {
    return !this.#stalled && this.#delayMs === 0;
  }

  /** Whether nothing may be written at the moment. */
  get stalled(): boolean {
    return this.#stalled;
  }

  /** Nothing is written for `ms`, or until release() when that is undefined; `ended` is called at the end of the time. */
  stall(ms: number | undefined, ended: () => void): void {
    this.#end?.clear();
    this.#stalled = true;
    if (ms === undefined) return;
    this.#end = this.#clock.setTimer(ms, () => {
      this.release();
      ended();
    });
  }

  /** Ends a stall. */
  release(): void {
    this.#end?.clear();
    this.#stalled = false;
    this.#held.release();
  }

  /** Each write waits this long; 0 for no delay. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** Resolves when the next message may be written; rejects with the signal's reason. */
  async turn(signal: AbortSignal): Promise<void> {
    if (this.#delayMs > 0) await sleep(this.#clock, this.#delayMs, signal);
    while (this.#stalled) await this.#held.wait(signal);
  }
}
