// Which of the numbered places of a prefix are free. The lowest is given first, found in time that grows with the
// logarithm of how many were given back, never by a scan.
// Invariant: the runs do not overlap and are a heap by their first slot; a slot is in one of them exactly when it is free.

interface Run {
  readonly first: number;
  readonly last: number;
}

export class FreeSlots {
  readonly #runs: Run[] = [];

  /**
   * All from `first` to `last` (both included, none when `last` is lower) but those of `taken`. Throws RangeError when a
   * slot is taken twice or is not among them.
   */
  constructor(first: number, last: number, taken: Iterable<number> = []) {
    let next = first;
    for (const slot of [...taken].sort((a, b) => a - b)) {
      if (!Number.isSafeInteger(slot) || slot < first || slot > last)
        throw new RangeError(`slot ${slot} is not one of ${first} to ${last}`);
      if (slot < next) throw new RangeError(`slot ${slot} is taken twice`);
      // Ascending runs are a heap already.
      if (slot > next) this.#runs.push({ first: next, last: slot - 1 });
      next = slot + 1;
    }
    if (next <= last) this.#runs.push({ first: next, last });
  }

  /** Takes the lowest free slot; undefined when there is none. */
  take(): number | undefined {
    const lowest = this.#runs[0];
    if (lowest === undefined) return undefined;
    if (lowest.first < lowest.last) this.#runs[0] = { first: lowest.first + 1, last: lowest.last };
    else this.#removeLowest();
    return lowest.first;
  }

  /** A slot that was taken is free again. */
  give(slot: number): void {
    const run = { first: slot, last: slot };
    let at = this.#runs.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = this.#runs[above];
      if (parent === undefined || parent.first < slot) break;
      this.#runs[at] = parent;
      at = above;
    }
    this.#runs[at] = run;
  }

  #removeLowest(): void {
    const moved = this.#runs.pop();
    if (moved === undefined || this.#runs.length === 0) return;
    let at = 0;
    for (;;) {
      const left = this.#runs[2 * at + 1];
      const right = this.#runs[2 * at + 2];
      const isRight = left !== undefined && right !== undefined && right.first < left.first;
      const below = isRight ? right : left;
      if (below === undefined || moved.first < below.first) break;
      this.#runs[at] = below;
      at = 2 * at + (isRight ? 2 : 1);
    }
    this.#runs[at] = moved;
  }
}
