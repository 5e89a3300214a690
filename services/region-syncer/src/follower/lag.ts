// How far this copy is behind its leader, by what the leader said last.
// Bounded: of the moments at which the leader was further, the oldest are kept apart and the newest are taken together,
// so a long lag is never told too short.

import type { Clock } from '@syncline/runtime/clock.ts';
import { seqOf, termOf } from '../log/index.ts';
import { Transit } from './transit.ts';

/** The leader's next record was `next`, by what it sent at a time in ms of our monotonic clock. */
interface Mark {
  next: number;
  readonly atMs: number;
}

const mostMarks = 256;

export class Lag {
  readonly #clock: Clock;
  /** Oldest first; all are further than what was applied last. */
  readonly #marks: Mark[] = [];
  #transit: Transit;
  #leaderNext: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#transit = new Transit(clock);
  }

  /** The leader's next record as it was last told; undefined before. */
  get leaderNext(): number | undefined {
    return this.#leaderNext;
  }

  /** Another leader numbers its records in another way: what the one before said is nothing. */
  forget(): void {
    this.#marks.length = 0;
    this.#transit = new Transit(this.#clock);
    this.#leaderNext = undefined;
  }

  /** The leader's next record is `next`; it sent that at `unixMs` by its own clock, 0 when it did not say: then it was now. */
  told(next: number, unixMs: number): void {
    const ageMs = unixMs === 0 ? 0 : this.#transit.ageOf(unixMs);
    this.#leaderNext = next;
    const last = this.#marks.at(-1);
    if (last !== undefined && next <= last.next) return;
    if (last !== undefined && this.#marks.length === mostMarks) last.next = next;
    else this.#marks.push({ next, atMs: this.#clock.monotonic() - ageMs });
  }

  /** All records before `next` are applied. */
  applied(next: number): void {
    const behind = this.#marks.findIndex((mark) => mark.next > next);
    this.#marks.splice(0, behind === -1 ? this.#marks.length : behind);
  }

  /**
   * How many records a copy at `next` lacks; undefined while the leader has said nothing. Of terms that ended
   * meanwhile the number of records is not known: those of the leader's own term are counted.
   */
  records(next: number): number | undefined {
    const leaderNext = this.#leaderNext;
    if (leaderNext === undefined) return undefined;
    const sameTerm = termOf(next) === termOf(leaderNext);
    return Math.max(0, sameTerm ? leaderNext - next : next > leaderNext ? 0 : seqOf(leaderNext));
  }

  /** For how long at least the oldest of them has existed, in ms; 0 when none is lacking, undefined as above. */
  ms(): number | undefined {
    const [oldest] = this.#marks;
    if (oldest !== undefined) return this.#clock.monotonic() - oldest.atMs;
    return this.#leaderNext === undefined ? undefined : 0;
  }
}
