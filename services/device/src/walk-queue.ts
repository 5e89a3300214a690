// Walks over the tree that feed an outbox, one after the other, each as far as the outbox has room.

import type { TreeLeaf } from './tree-leaf.ts';

/** Leaves that a walk puts into the outbox ahead of the stream, and the least it puts in at a time. */
const leavesAhead = 1_024;
const leastStep = 64;

/** Leaves on their way into the outbox. */
export interface Walk {
  readonly leaves: Iterator<TreeLeaf>;
  /** Puts one of them in. */
  put(leaf: TreeLeaf): void;
  /** Called when all are in. */
  done(): void;
}

/** The walks of one subscriber. They are few: each rate of a subscription has at the most one under way. */
export class WalkQueue {
  readonly #walks: Walk[] = [];

  get empty(): boolean {
    return this.#walks.length === 0;
  }

  push(walk: Walk): void {
    this.#walks.push(walk);
  }

  /** Puts leaves in until `waiting` ones are enough. It always gets on, lest constant change hold a walk for ever. */
  advance(waiting: number): void {
    for (let room = Math.max(leastStep, leavesAhead - waiting); room > 0; room--) {
      const [walk] = this.#walks;
      if (walk === undefined) return;
      const next = walk.leaves.next();
      if (next.done === true) {
        this.#walks.shift();
        walk.done();
      } else {
        walk.put(next.value);
      }
    }
  }
}
