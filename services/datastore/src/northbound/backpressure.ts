// What a datastore's readers ask of its device: the next batch waits a little for those who still have much to read,
// since feeding one who lags is the dearest way to feed it.
// Invariant: a reader is waited for no longer than `longestMs` from when its queue filled until it has emptied, so
// one that does not read holds back nothing after that.

import type { Clock, Timer } from '@syncline/runtime/clock.ts';

/** The readers of one datastore that have much to read, and the batches that wait for them. */
export class Backpressure {
  readonly #clock: Clock;
  readonly #longestMs: number;
  /** Until when each reader is waited for, in the order in which they end. */
  readonly #readers = new Map<object, number>();
  readonly #held = new Set<() => void>();
  #heldMs = 0;

  /** `longestMs` is the longest wait for one reader and of one batch; at 0 nothing ever waits. */
  constructor(clock: Clock, longestMs: number) {
    this.#clock = clock;
    this.#longestMs = longestMs;
  }

  /** How long batches have waited so far, all together, in ms. */
  get heldMs(): number {
    return this.#heldMs;
  }

  /** A reader has much to read; saying so again before it has read all of it changes nothing. */
  filled(reader: object): void {
    if (!this.#readers.has(reader)) this.#readers.set(reader, this.#clock.monotonic() + this.#longestMs);
  }

  /** A reader has read everything, or is gone. */
  emptied(reader: object): void {
    if (!this.#readers.delete(reader) || this.#held.size === 0) return;
    if (this.#untilMs() > this.#clock.monotonic()) return;
    for (const release of this.#held) release();
  }

  /**
   * Lets a batch wait for the readers: `go` is called once, later, unless the wait is cleared before. Undefined when
   * there is nobody to wait for; `go` is not called then.
   */
  hold(go: () => void): Timer | undefined {
    const sinceMs = this.#clock.monotonic();
    const leftMs = this.#untilMs() - sinceMs;
    if (leftMs <= 0) return undefined;
    const clear = () => {
      if (!this.#held.delete(release)) return;
      timer.clear();
      this.#heldMs += this.#clock.monotonic() - sinceMs;
    };
    const release = () => {
      clear();
      go();
    };
    const timer = this.#clock.setTimer(leftMs, release);
    this.#held.add(release);
    return { clear };
  }

  /** Until when anybody is waited for. */
  #untilMs(): number {
    let untilMs = 0;
    for (const each of this.#readers.values()) untilMs = each;
    return untilMs;
  }
}
