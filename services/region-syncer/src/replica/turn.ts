// Long work in pieces: after each turn, others have theirs.

import type { Clock } from '@syncline/runtime/clock.ts';

export class Turn {
  readonly #clock: Clock;
  readonly #lengthMs: number;
  readonly #pause: () => Promise<void>;
  #began = 0;

  /** `pause` resolves when others have had their turn. */
  constructor(clock: Clock, lengthMs: number, pause: () => Promise<void>) {
    this.#clock = clock;
    this.#lengthMs = lengthMs;
    this.#pause = pause;
    this.begin();
  }

  /** Work begins that others have not waited for. */
  begin(): void {
    this.#began = this.#clock.monotonic();
  }

  get isOver(): boolean {
    return this.#clock.monotonic() - this.#began >= this.#lengthMs;
  }

  /** Lets others have their turn; the next one begins. */
  async next(): Promise<void> {
    await this.#pause();
    this.begin();
  }

  /** Runs `work` to its end, a turn at a time; it stops often. Rejects with the signal's reason between two turns. */
  async finish<Value>(work: Iterator<void, Value>, signal: AbortSignal): Promise<Value> {
    for (;;) {
      const step = work.next();
      if (step.done === true) return step.value;
      if (!this.isOver) continue;
      await this.next();
      signal.throwIfAborted();
    }
  }
}
