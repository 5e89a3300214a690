// When records were committed, roughly: the age of what a follower lacks. Invariant: it holds the moments of the last
// commits, at least half of `most` and no more than that; what is older counts as being as old as the first of them.

import type { Clock } from '@syncline/runtime/clock.ts';

export class RecordTimes {
  readonly #clock: Clock;
  readonly #most: number;
  #marks: { readonly end: number; readonly atMs: number }[] = [];

  constructor(most: number, clock: Clock) {
    this.#most = most;
    this.#clock = clock;
  }

  /** All records before `end` are committed. */
  note(end: number): void {
    this.#marks.push({ end, atMs: this.#clock.monotonic() });
    // Half of them at a time, so that a commit does not pay for it.
    if (this.#marks.length > this.#most) this.#marks = this.#marks.slice(this.#marks.length >> 1);
  }

  /** How long ago record `index` was committed, in ms; 0 when it is not. */
  ageMs(index: number): number {
    let low = 0;
    let high = this.#marks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#marks[middle]?.end ?? 0) > index) high = middle;
      else low = middle + 1;
    }
    const mark = this.#marks[low];
    return mark === undefined ? 0 : this.#clock.monotonic() - mark.atMs;
  }
}
