// Regions one after the other put into a tree: what a log is for, live and after a restart alike.

/**
 * Whose word the regions are. 'all': a leader of ours has judged them, so the state is a fold of its log. 'judged': by
 * PD's rules, here; the stale ones change nothing, and equal states judge alike, so it is a fold too.
 */
export type Admission = 'all' | 'judged';

/** What became of some records. */
export interface Applied {
  readonly applied: number;
  /** Older than what is known. */
  readonly stale: number;
  /** Taken before. */
  readonly superseded: number;
}
