// A lock as Go's sync.Mutex is one: not re-entrant, first come first served, and waited for without a way out: no
// deadline and no signal ends a wait. It exists for the lock graph alone; nothing of ours has one.

import type { Routine, WaitGraph } from './wait-graph.ts';

/** What locks share. */
export interface Schedule {
  readonly graph: WaitGraph;
  /** Before a lock is asked for others may run, as goroutines do: for a moment that is nobody's to choose. */
  preempt(): Promise<void>;
}

export class Mutex {
  readonly #name: string;
  readonly #schedule: Schedule;
  readonly #queue: { readonly who: Routine; readonly grant: () => void }[] = [];
  #holder: Routine | undefined;

  constructor(name: string, schedule: Schedule) {
    this.#name = name;
    this.#schedule = schedule;
  }

  /** Runs `body` while `who` holds the lock. */
  async hold<T>(who: Routine, body: () => Promise<T> | T): Promise<T> {
    await this.#lock(who);
    try {
      return await body();
    } finally {
      this.#unlock();
    }
  }

  async #lock(who: Routine): Promise<void> {
    await this.#schedule.preempt();
    if (this.#holder === undefined) {
      this.#holder = who;
      return;
    }
    const granted = Promise.withResolvers<void>();
    const waited = this.#schedule.graph.forLock(who, this.#name, () => this.#holder);
    const grant = () => {
      waited();
      granted.resolve();
    };
    this.#queue.push({ who, grant });
    await granted.promise;
  }

  #unlock(): void {
    const next = this.#queue.shift();
    this.#holder = next?.who;
    next?.grant();
  }
}
