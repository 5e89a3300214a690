// What a member has counted since its start, beside its ledger: for /metrics, and for `joins` of Status.

/** How a stream brought its follower up to date; of a follower, how it was. */
export type JoinTier = 'in-sync' | 'replay' | 'delta' | 'snapshot';

export interface JoinCount {
  readonly tier: JoinTier;
  /** A word of log/plan.ts, or why a follower asked for everything. */
  readonly reason: string;
  readonly count: number;
}

export interface RefusalCount {
  /** A word of RefusalReason. */
  readonly reason: string;
  readonly count: number;
}

export interface EndCount {
  /** A word of EndReason of a leader's streams, or of Why of a follower. */
  readonly reason: string;
  readonly count: number;
}

export interface Counts {
  readonly joins: readonly JoinCount[];
  /** Requests of followers that became no stream; of a follower none. */
  readonly refusals: readonly RefusalCount[];
  readonly streamEnds: readonly EndCount[];
  /** Complete snapshots that were sent (leader) or taken (follower). */
  readonly snapshots: { readonly count: number; readonly seconds: number; readonly bytes: number };
  /** How long pumps have waited for transports that took nothing; of a follower 0. */
  readonly pumpBlockedSeconds: number;
}
