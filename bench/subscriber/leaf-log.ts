// What one subscriber knows: the last update of every leaf, and how much came. Values that go backwards are counted,
// not kept apart: a server that reorders must show.

import { lastSeq } from '../workload/stamp.ts';

/** The counts of a stream. */
export interface Tally {
  updates: number;
  /** What the server says that it left out. */
  duplicates: number;
  /** Updates that had come before. */
  repeats: number;
  /** Updates older than the one before of the same leaf. */
  aged: number;
}

/** Leaves that are not as the target left them, by the first. */
export interface Difference {
  readonly leaves: number;
  readonly first: number;
  readonly expected: number;
  readonly found: number;
}

const never = -1;

export class LeafLog {
  readonly tally: Tally = { updates: 0, duplicates: 0, repeats: 0, aged: 0 };
  readonly #last: Int32Array;
  #seen = 0;

  constructor(leaves: number) {
    this.#last = new Int32Array(leaves).fill(never);
  }

  /** Every leaf has a value. */
  get complete(): boolean {
    return this.#seen === this.#last.length;
  }

  add(seq: number, duplicates: number): void {
    const leaf = seq % this.#last.length;
    const before = this.#last[leaf] as number;
    const { tally } = this;
    tally.updates++;
    tally.duplicates += duplicates;
    if (before === never) this.#seen++;
    if (seq > before) this.#last[leaf] = seq;
    else if (seq === before) tally.repeats++;
    else tally.aged++;
  }

  /** How it differs from the target after `sent` updates; undefined when every leaf is right. */
  difference(sent: number): Difference | undefined {
    const leaves = this.#last.length;
    let first: number | undefined;
    let wrong = 0;
    for (let leaf = 0; leaf < leaves; leaf++) {
      if (this.#last[leaf] === lastSeq(leaf, leaves, sent)) continue;
      first ??= leaf;
      wrong++;
    }
    if (first === undefined) return undefined;
    return {
      leaves: wrong,
      first,
      expected: lastSeq(first, leaves, sent),
      found: this.#last[first] as number,
    };
  }
}
