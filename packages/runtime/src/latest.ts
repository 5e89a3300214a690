// A value of which only the newest matters, such as a frozen snapshot handed down to many watchers.
// A slow reader costs nothing: it skips what was replaced and always gets the last value.

import { Watermark } from './watermark.ts';

/** One writer, any number of readers; holds one value. */
export class Latest<T> implements Disposable {
  readonly #changed = new Watermark();
  readonly #end = new Error('the value is closed: no newer one can come');
  #value: T;

  constructor(initial: T) {
    this.#value = initial;
  }

  get value(): T {
    return this.#value;
  }

  /** Replaces the value and wakes the readers. Throws after disposal, because nobody would see the value. */
  set(value: T): void {
    this.#changed.advance(this.#changed.value + 1n);
    this.#value = value;
  }

  /**
   * Yields the current value, then the newest one each time it was replaced since the last yield.
   * Returns once the last value was read after disposal; throws the signal's reason when it aborts.
   */
  async *values(signal: AbortSignal): AsyncGenerator<T, void, undefined> {
    signal.throwIfAborted();
    for (;;) {
      const seen = this.#changed.value;
      yield this.#value;
      try {
        await this.#changed.reaches(seen + 1n, signal);
      } catch (error) {
        if (error === this.#end) return;
        throw error;
      }
    }
  }

  /** No newer value will come: each reader gets the last one, then its generator returns. */
  [Symbol.dispose](): void {
    this.#changed.close(this.#end);
  }
}
