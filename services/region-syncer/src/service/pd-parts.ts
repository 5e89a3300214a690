// What pdpb.PD is served from.

import type { Cluster } from '../cluster/cluster.ts';
import type { ReportedBuckets } from '../cluster/reported-buckets.ts';
import type { Member } from './member.ts';

/** What only a leader has. */
export interface Leading {
  readonly cluster: Cluster;
  readonly buckets: ReportedBuckets;
  /** Takes the cluster's first region, one block (see wire/region-fields.ts); resolves when it is durable. */
  readonly admit: (block: Uint8Array) => Promise<void>;
}

/** Bounds of answers, and what is told of the cluster. All are settings. */
export interface PdLimits {
  /** Largest answer of a scan, in bytes. */
  readonly scanBytes: number;
  /** Cluster.max_peer_count. */
  readonly maxReplicas: number;
}

/** Who answers may change: look anew at each request. */
export interface PdParts {
  readonly member: Member;
  /** Undefined on a follower, and on a leader that is loading. */
  readonly leading: Leading | undefined;
  readonly limits: PdLimits;
}
