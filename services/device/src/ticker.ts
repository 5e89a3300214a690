// A fixed rate: the n-th tick is due n intervals after the start, however late the one before it was.

import type { Clock, Timer } from '@syncline/runtime/clock.ts';

/** Calls back once each interval until it is disposed; intervals that were missed altogether are skipped. */
export class Ticker implements Disposable {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #tick: () => void;
  #due: number;
  #timer: Timer;

  /** `interval` is in nanoseconds, as gNMI has it, and more than 0. */
  constructor(clock: Clock, interval: bigint, tick: () => void) {
    this.#clock = clock;
    this.#intervalMs = Number(interval) / 1e6;
    this.#tick = tick;
    this.#due = clock.monotonic() + this.#intervalMs;
    this.#timer = this.#arm();
  }

  [Symbol.dispose](): void {
    this.#timer.clear();
  }

  #arm(): Timer {
    const wait = Math.max(0, this.#due - this.#clock.monotonic());
    return this.#clock.setTimer(wait, () => this.#fire());
  }

  #fire(): void {
    const late = this.#clock.monotonic() - this.#due;
    const due = late >= 0;
    if (due) this.#due += this.#intervalMs * (1 + Math.floor(late / this.#intervalMs));
    this.#timer = this.#arm();
    if (due) this.#tick();
  }
}
