// What the allocator has done since the start, counted where it happens.

import type { Removal } from './holdings.ts';

export interface Counts {
  /** Calls of Allocate that were answered with an address: a new one, one that was held, one that was being released. */
  readonly allocated: { new: number; held: number; revived: number };
  /** Calls of Release that ended a lease; all others found none. */
  released: number;
  /** Entries that were taken back. */
  readonly removed: Record<Removal['reason'], number>;
  commits: number;
  /** Commits that the disk refused or did not answer. */
  failedCommits: number;
}

export function zeroCounts(): Counts {
  return {
    allocated: { new: 0, held: 0, revived: 0 },
    released: 0,
    removed: { released: 0, stale: 0, unlisted: 0 },
    commits: 0,
    failedCommits: 0,
  };
}
