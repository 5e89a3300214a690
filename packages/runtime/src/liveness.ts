// Whether every loop of the process still moves, and if not, which one stands still and on what.
// Computed when asked, from what the loops noted last: it needs no timer and no I/O to be true.

import type { Clock } from './clock.ts';

/** Where a loop is. */
export interface LoopPhase {
  readonly loop: string;
  /** How many phases it has entered; of most loops one a pass. */
  readonly passes: number;
  readonly phase: string;
  /** What it waits for, in words for an operator. */
  readonly awaits: string;
  /** How long it has been in this phase. */
  readonly forMs: number;
  /** How long it may be; Infinity while it is idle. */
  readonly deadlineMs: number;
}

/** The answer to a liveness probe: not live while any loop is overdue. */
export interface LivenessReport {
  readonly live: boolean;
  readonly overdue: readonly LoopPhase[];
}

/** One loop's entry: the loop notes each phase it enters, and disposes of the entry when it ends. */
export interface LoopWatch extends Disposable {
  /** Enters a phase that must be left within `deadlineMs`; `awaits` says what it waits for. */
  phase(name: string, deadlineMs: number, awaits: string): void;
  /** Waits for work, for as long as it takes. */
  idle(awaits: string): void;
}

/** The loops of a process. */
export class Liveness {
  readonly #clock: Clock;
  readonly #loops = new Set<Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Adds a loop, idle until it enters a phase. Names need not differ: there may be one loop a session. */
  watch(loop: string): LoopWatch {
    const entry = new Entry(loop, this.#clock, () => this.#loops.delete(entry));
    this.#loops.add(entry);
    return entry;
  }

  report(): LivenessReport {
    const overdue = this.phases().filter(({ forMs, deadlineMs }) => forMs >= deadlineMs);
    return { live: overdue.length === 0, overdue };
  }

  /** Where every loop is: at shutdown, what still holds the process. */
  phases(): LoopPhase[] {
    return Array.from(this.#loops, (entry) => entry.read());
  }
}

class Entry implements LoopWatch {
  readonly #loop: string;
  readonly #clock: Clock;
  readonly #remove: () => void;
  #passes = 0;
  #phase = 'idle';
  #awaits = 'its start';
  #deadlineMs = Number.POSITIVE_INFINITY;
  #since: number;

  constructor(loop: string, clock: Clock, remove: () => void) {
    this.#loop = loop;
    this.#clock = clock;
    this.#remove = remove;
    this.#since = clock.monotonic();
  }

  phase(name: string, deadlineMs: number, awaits: string): void {
    this.#passes += 1;
    this.#phase = name;
    this.#deadlineMs = deadlineMs;
    this.#awaits = awaits;
    this.#since = this.#clock.monotonic();
  }

  idle(awaits: string): void {
    this.phase('idle', Number.POSITIVE_INFINITY, awaits);
  }

  read(): LoopPhase {
    const forMs = this.#clock.monotonic() - this.#since;
    return {
      loop: this.#loop,
      passes: this.#passes,
      phase: this.#phase,
      awaits: this.#awaits,
      forMs,
      deadlineMs: this.#deadlineMs,
    };
  }

  [Symbol.dispose](): void {
    this.#remove();
  }
}
