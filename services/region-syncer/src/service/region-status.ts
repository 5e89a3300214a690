// A member's status in the words of syncline.region.v1.

import {
  type Joins,
  type Link,
  Phase as ProtoPhase,
  Role as ProtoRole,
  StreamPhase as ProtoStreamPhase,
  type RegionStatus,
  type StreamStatus,
} from '@syncline/proto/region.ts';
import type { Counts, JoinTier } from './counts.ts';
import type { Ledger, LinkView, MemberStatus, StreamView } from './member-status.ts';

/** The roles by their names. */
export const roles = { leader: ProtoRole.LEADER, follower: ProtoRole.FOLLOWER } as const;

const phases = {
  loading: ProtoPhase.LOADING,
  serving: ProtoPhase.SERVING,
  draining: ProtoPhase.DRAINING,
  connecting: ProtoPhase.CONNECTING,
  joining: ProtoPhase.JOINING,
  replaying: ProtoPhase.REPLAYING,
  snapshot: ProtoPhase.SNAPSHOT,
  'catching-up': ProtoPhase.CATCHING_UP,
  live: ProtoPhase.LIVE,
  'backing-off': ProtoPhase.BACKING_OFF,
} as const;

const streamPhases = {
  replay: ProtoStreamPhase.REPLAY,
  delta: ProtoStreamPhase.DELTA,
  snapshot: ProtoStreamPhase.SNAPSHOT,
  'catch-up': ProtoStreamPhase.CATCH_UP,
  live: ProtoStreamPhase.LIVE,
} as const;

/** The whole status. */
export function toRegionStatus(status: MemberStatus, counts: Counts): RegionStatus {
  const { link, lastError, checkpoint, log } = status;
  return {
    role: roles[status.role],
    phase: phases[status.phase],
    ready: status.ready,
    notReadyReason: status.notReadyReason,
    clusterId: status.clusterId,
    memberId: status.memberId,
    name: status.name,
    term: BigInt(status.term),
    firstIndex: BigInt(status.first),
    nextIndex: BigInt(status.next),
    durableIndex: BigInt(status.durable),
    appliedIndex: BigInt(status.applied),
    regions: BigInt(status.regions),
    arenaBytes: BigInt(status.arenaBytes),
    ledger: toLedger(status.ledger),
    digest: status.digest,
    digestMismatches: BigInt(status.digestMismatches),
    joins: toJoins(counts, status.lastJoinReason),
    link: link && toLink(link),
    lastError: { message: lastError?.message ?? '', atUnixMs: whole(lastError?.atUnixMs ?? 0) },
    log: { retainedRecords: BigInt(log.records), retainedBytes: BigInt(log.bytes) },
    checkpoint: {
      atUnixMs: whole(checkpoint?.atUnixMs ?? 0),
      durationMs: whole(checkpoint?.durationMs ?? 0),
    },
    streams: status.streams.map(toStream),
  };
}

function toLedger(ledger: Ledger): NonNullable<RegionStatus['ledger']> {
  return {
    received: BigInt(ledger.received),
    applied: BigInt(ledger.applied),
    superseded: BigInt(ledger.superseded),
    stale: BigInt(ledger.stale),
    quarantined: BigInt(ledger.quarantined),
    pending: BigInt(ledger.pending),
    dropped: BigInt(ledger.dropped),
  };
}

function toJoins({ joins, refusals }: Counts, lastReason: string): Joins {
  const of = (tier: JoinTier) =>
    BigInt(joins.reduce((sum, join) => sum + (join.tier === tier ? join.count : 0), 0));
  return {
    inSync: of('in-sync'),
    replay: of('replay'),
    delta: of('delta'),
    snapshot: of('snapshot'),
    lastReason,
    refused: BigInt(refusals.reduce((sum, { count }) => sum + count, 0)),
  };
}

function toLink(link: LinkView): Link {
  return {
    leaderAddress: link.leaderAddress,
    ours: link.ours,
    lastFrameAgeMs: whole(link.lastFrameAgeMs),
    lagRecords: BigInt(link.lagRecords),
    lagMs: whole(link.lagMs),
    frameFaults: link.frameFaults.map(({ fault, count }) => ({ list: fault, frames: BigInt(count) })),
  };
}

function toStream(stream: StreamView): StreamStatus {
  return {
    name: stream.name,
    memberId: stream.memberId,
    peerAddress: stream.peerAddress,
    ours: stream.ours,
    phase: streamPhases[stream.phase],
    cursor: BigInt(stream.cursor),
    lagRecords: BigInt(stream.lagRecords),
    queuedBytes: BigInt(stream.queuedBytes),
    blockedMs: whole(stream.blockedMs),
    sinceUnixMs: whole(stream.sinceUnixMs),
  };
}

function whole(ms: number): bigint {
  return BigInt(Math.round(ms));
}
