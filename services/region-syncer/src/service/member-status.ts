// What a member says of itself: plain numbers, read at one moment. Indexes are those of log/index.ts.

export type Role = 'leader' | 'follower';

/** What the member does now. Loading is of either role, serving and draining are a leader's, the others a follower's. */
export type Phase =
  | 'loading'
  | 'serving'
  | 'draining'
  | 'connecting'
  | 'joining'
  | 'replaying'
  | 'snapshot'
  | 'catching-up'
  | 'live'
  | 'backing-off';

/**
 * Where every record went that was received: a heartbeat at a leader, a region of a frame at a follower.
 * received = applied + superseded + stale + quarantined + pending, at every moment.
 */
export interface Ledger {
  readonly received: number;
  readonly applied: number;
  readonly superseded: number;
  readonly stale: number;
  readonly quarantined: number;
  readonly pending: number;
  /** Exists to stay 0. */
  readonly dropped: number;
}

/** Frames of a PD that were not taken whole. */
export interface FrameFaultCount {
  /** The list of which something was left out: a name of the frame's fields. */
  readonly fault: string;
  readonly count: number;
}

/** A follower's side of its stream. */
export interface LinkView {
  readonly leaderAddress: string;
  /** The leader said hello as one of ours. */
  readonly ours: boolean;
  /** Since the last frame of any kind, in ms. */
  readonly lastFrameAgeMs: number;
  readonly lagRecords: number;
  /** Age of the oldest record that is not applied, in ms; 0 when there is none. */
  readonly lagMs: number;
  /** Since the start; each fault that has been seen. */
  readonly frameFaults: readonly FrameFaultCount[];
}

export type StreamPhase = 'replay' | 'delta' | 'snapshot' | 'catch-up' | 'live';

/** A leader's side of a stream. */
export interface StreamView {
  readonly name: string;
  readonly memberId: bigint;
  readonly peerAddress: string;
  readonly ours: boolean;
  readonly phase: StreamPhase;
  /** The next record that it is sent. */
  readonly cursor: number;
  readonly lagRecords: number;
  /** Handed to the transport and not taken by it. */
  readonly queuedBytes: number;
  /** For how long the transport has taken nothing, in ms; 0 when it takes. */
  readonly blockedMs: number;
  readonly sinceUnixMs: number;
}

export interface MemberStatus {
  readonly role: Role;
  readonly phase: Phase;
  readonly ready: boolean;
  /** Why not; '' when ready. */
  readonly notReadyReason: string;
  readonly clusterId: bigint;
  readonly memberId: bigint;
  readonly name: string;
  /** Of a follower the highest that it has seen. */
  readonly term: number;
  /** The log has the records [first, next). */
  readonly first: number;
  readonly next: number;
  /** All before it survives a kill. */
  readonly durable: number;
  /** All before it is in the active generation. */
  readonly applied: number;
  readonly regions: number;
  /** Memory of the regions' bytes, dead ones included. */
  readonly arenaBytes: number;
  readonly ledger: Ledger;
  /** Of the state before `next`. */
  readonly digest: bigint;
  readonly digestMismatches: number;
  readonly lastJoinReason: string;
  /** Of a follower only. */
  readonly link: LinkView | undefined;
  readonly lastError: { readonly message: string; readonly atUnixMs: number } | undefined;
  readonly log: { readonly records: number; readonly bytes: number };
  /** The last checkpoint; undefined when there was none. */
  readonly checkpoint: { readonly atUnixMs: number; readonly durationMs: number } | undefined;
  /** Of a leader, by name. */
  readonly streams: readonly StreamView[];
}
