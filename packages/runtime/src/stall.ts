// Tells something that makes no progress from something with nothing to do. Looked at from time to time, by one
// timer for all that are watched, so what is measured costs nothing for it.

/** The progress of whatever has been begun and is not yet done, such as the bytes of a queue. */
export class Stall {
  #done = 0;
  /** When what is next to be done was first seen to wait; undefined while nothing waits. */
  #sinceMs: number | undefined;

  /**
   * How long something has waited while nothing was done, in ms, as far as it was seen: never more than it was.
   * `begun` counts everything since the start, `waiting` what of it is not done.
   */
  look(nowMs: number, begun: number, waiting: number): number {
    const done = begun - waiting;
    if (waiting === 0) this.#sinceMs = undefined;
    else if (this.#sinceMs === undefined || done > this.#done) this.#sinceMs = nowMs;
    this.#done = done;
    return this.#sinceMs === undefined ? 0 : nowMs - this.#sinceMs;
  }
}
