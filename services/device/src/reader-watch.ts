// Looks whether a subscriber reads. What is queued for one that does not would be kept for as long as it likes.

import type { Clock, Timer } from '@syncline/runtime/clock.ts';
import { Stall } from '@syncline/runtime/stall.ts';
import type { Sink } from './sink.ts';

/** How often it is looked within the time in which it may read nothing; one look longer may pass. */
const looks = 4;

/** Calls `stuck` once when the reader has taken nothing of what waits for it for `limitMs`; until it is disposed. */
export class ReaderWatch implements Disposable {
  readonly #sink: Sink;
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #stuck: () => void;
  readonly #stall = new Stall();
  #timer: Timer;

  constructor(sink: Sink, clock: Clock, limitMs: number, stuck: () => void) {
    this.#sink = sink;
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#stuck = stuck;
    this.#timer = this.#arm();
  }

  [Symbol.dispose](): void {
    this.#timer.clear();
  }

  #arm(): Timer {
    return this.#clock.setTimer(this.#limitMs / looks, () => this.#look());
  }

  #look(): void {
    const { writtenBytes, queuedBytes } = this.#sink;
    const stoodMs = this.#stall.look(this.#clock.monotonic(), writtenBytes, queuedBytes);
    if (stoodMs >= this.#limitMs) this.#stuck();
    else this.#timer = this.#arm();
  }
}
