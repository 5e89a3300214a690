// How old changes were when a follower had them: what a timed member tells.

/** Of the changes since it was last asked; the times are 0 when there were none. */
export interface Ages {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Those of the follower that was worst in each. */
export function worstOf(all: readonly Ages[]): Omit<Ages, 'count'> {
  const most = (key: keyof Ages) => Math.max(...all.map((ages) => ages[key]));
  return { p50Ms: most('p50Ms'), p99Ms: most('p99Ms'), maxMs: most('maxMs') };
}
