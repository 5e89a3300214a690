// A target that takes packets, and how many it took. It outlives tables: while the target stays, so does its count.

import type { Target } from './target.ts';

export class Member {
  readonly target: Target;
  /** Lookups since it became a member. */
  lookups = 0;

  constructor(target: Target) {
    this.target = target;
  }
}
