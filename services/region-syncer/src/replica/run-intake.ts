// What a leader sends, into the tree and the log: record by record, or as what has changed.
// Invariant: between two turns, the log has exactly the records whose effect the tree has.

import { firstOfTerm, indexText, termOf } from '../log/index.ts';
import { skipBlocks } from '../log/run.ts';
import type { RegionTree } from '../regions/region-tree.ts';
import type { FrameRun } from '../wire/frame-run.ts';
import type { Commits } from './commits.ts';
import { type Admission, type Applied, Fold, ofSnapshot, voidBlock } from './fold.ts';
import type { Turn } from './turn.ts';

export class RunIntake {
  readonly #commits: Commits;
  readonly #turn: Turn;
  /** The present regions. */
  readonly #regions: () => RegionTree;

  constructor(commits: Commits, turn: Turn, regions: () => RegionTree) {
    this.#commits = commits;
    this.#turn = turn;
    this.#regions = regions;
  }

  /** See Replica.apply. */
  async apply(run: FrameRun, first: number, admission: Admission): Promise<Applied> {
    const { next } = this.#commits;
    if (first > next && first !== firstOfTerm(termOf(first)))
      throw new RangeError(
        `records from ${indexText(first)} do not continue those before ${indexText(next)}`,
      );
    const begin = Math.max(first, next);
    const fresh = Math.max(0, first + run.count + run.refused - begin);
    // Which of its records were refused a run does not say: at worst, one that was taken before is taken again.
    const count = Math.min(run.count, fresh);
    const offset = skipBlocks(run.bytes, 0, run.count - count);
    const fold = new Fold(run.bytes.subarray(offset), count, begin, admission);
    await this.#fold(fold, (taken, at) => {
      this.#commits.add(begin + taken, fold.taken - taken, run.bytes, offset + at, offset + fold.at);
    });
    this.#keepPlaces(begin + count, fresh - count);
    return { applied: fold.applied, stale: fold.stale, superseded: run.count - count };
  }

  /** See Replica.delta. */
  async change(run: FrameRun, removed: BigUint64Array): Promise<Applied> {
    const halves = new Uint32Array(removed.buffer, removed.byteOffset, 2 * removed.length);
    for (let at = 0; at < halves.length; at += 2)
      this.#regions().remove(halves[at] as number, halves[at + 1] as number, ofSnapshot);
    const fold = new Fold(run.bytes, run.count, ofSnapshot, 'all');
    await this.#fold(fold, () => {});
    return { applied: fold.applied, stale: 0, superseded: 0 };
  }

  /** Puts what is left of the fold, a turn at a time; tells of each piece how many blocks and bytes were before it. */
  async #fold(fold: Fold, put: (taken: number, at: number) => void): Promise<void> {
    this.#turn.begin();
    for (;;) {
      const { taken, at } = fold;
      try {
        fold.run(this.#regions(), this.#turn);
      } finally {
        if (fold.taken > taken) put(taken, at);
      }
      if (fold.isDone) return;
      await this.#turn.next();
    }
  }

  /** Records that could not stand have their place in the log. */
  #keepPlaces(first: number, count: number): void {
    for (let i = 0; i < count; i++) this.#commits.add(first + i, 1, voidBlock, 0, voidBlock.length);
  }
}
