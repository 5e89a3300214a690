// The regions that a leader sends whole: a second generation beside the present one, in memory and on disk at once.
// Invariant: until it is complete nothing of it is seen; a process that dies before then finds what it had.

import type { Source } from '../store/history-table.ts';
import type { Run } from '../wire/frame-run.ts';
import type { Admission, Applied } from './fold.ts';

/** One at a time: begin() of a Replica gives it. Each call is awaited before the next, except drop(). */
export interface Incoming {
  /** How many regions have come. */
  readonly size: number;
  /**
   * A piece of the snapshot; its bytes are copied. Resolves when the next may come: at most two pieces are on their
   * way to disk. Rejects with WireError, ArenaFullError, or what the store refused; then only drop() is left.
   */
  stage(run: Run): Promise<void>;
  /**
   * The records from index `first` on, which came after the snapshot. The first of them orders the snapshot, bit by
   * bit. Rejects as stage() does, and with OverlapError when a snapshot to be taken as it is has overlapping regions.
   */
  catchUp(run: Run, first: number, admission: Admission): Promise<Applied>;
  /**
   * Makes it the present one, on disk in one transaction and then in memory, as all records before `position` of what
   * `source` numbers. Resolves when it is; rejects as catchUp() does, and then nothing has changed.
   */
  complete(position: number, source: Exclude<Source, { kind: 'none' }>): Promise<void>;
  /** Throws it away; does nothing once it is complete. */
  drop(): void;
}
