// Who sends next. All streams share one thread with the heartbeats, so together they work for a bounded time, one after
// the other, before everything else has its turn. Invariant: whoever was woken runs once more after that.

import type { Clock } from '@syncline/runtime/clock.ts';

/** Something that sends. */
export interface Pump {
  /** Works until it has nothing to do, or until the clock's `untilMs`: then it gives true, as it has more to do. */
  run(untilMs: number): boolean;
}

export class Turns {
  readonly #clock: Clock;
  readonly #turnMs: number;
  readonly #soon: (run: () => void) => void;
  readonly #ready: Set<Pump> = new Set();
  /** Whether a run is under way or will come. */
  #isDue = false;

  /** `soon` calls after others had their turn: setImmediate in a service. */
  constructor(clock: Clock, turnMs: number, soon: (run: () => void) => void) {
    this.#clock = clock;
    this.#turnMs = turnMs;
    this.#soon = soon;
  }

  /** These have something to do. They run at once unless others are at it. */
  wake(pumps: Iterable<Pump>): void {
    for (const pump of pumps) this.#ready.add(pump);
    if (this.#isDue) return;
    this.#isDue = true;
    this.#run();
  }

  /** This one is over. */
  forget(pump: Pump): void {
    this.#ready.delete(pump);
  }

  #run(): void {
    const untilMs = this.#clock.monotonic() + this.#turnMs;
    for (const pump of this.#ready) {
      this.#ready.delete(pump);
      // Added anew it comes last.
      if (pump.run(untilMs)) this.#ready.add(pump);
      if (this.#clock.monotonic() >= untilMs) break;
    }
    if (this.#ready.size > 0) this.#soon(() => this.#run());
    else this.#isDue = false;
  }
}
