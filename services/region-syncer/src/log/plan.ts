// How a follower that asks to join is brought up to date: by nothing, by the records it misses, by the regions that
// changed, or by all of them (region-syncer.md 1.4 and 7.4). Pure: the same question always gets the same answer.

import { firstOfTerm } from './index.ts';
import type { Lineage } from './lineage.ts';

/** What a follower says when it joins. */
export interface JoinRequest {
  /** The index it wants next; 0 when it has nothing or wants everything. */
  readonly position: number;
  /** The highest term that it has seen; 0 from a PD. */
  readonly term: number;
  /** It understands frames that remove regions: a follower of ours that said so. */
  readonly delta: boolean;
  /** It is to have all regions, whatever it has. */
  readonly forced: boolean;
}

/** What the leader has to serve it from. */
export interface Holdings {
  readonly lineage: Lineage;
  /** The position from which the log can be read, on disk or in memory. */
  readonly log: number;
  /** The position from which every change can be told by region: what was removed since is still known. */
  readonly delta: number;
}

/** Why a follower gets all regions. */
export type SnapshotReason =
  /** It was told to, or the operator did. */
  | 'forced'
  /** It asks for everything. */
  | 'zero'
  /** Its index is below every index of ours: it was counted inside a snapshot, or by a leader of another kind. */
  | 'positional'
  /** Its index is past the leader's. */
  | 'ahead'
  /** It has records that the leader does not have, or has followed another that had. */
  | 'diverged'
  /** What it misses is no longer kept. */
  | 'behind-history';

export type JoinPlan =
  | { readonly tier: 'in-sync'; readonly reason: 'equal' }
  | { readonly tier: 'replay'; readonly reason: 'in-log'; readonly from: number }
  | { readonly tier: 'delta'; readonly reason: 'behind-log'; readonly from: number }
  | { readonly tier: 'snapshot'; readonly reason: SnapshotReason };

/** The cheapest way that leaves nothing out. A replay and a delta begin with the record `from`. */
export function planJoin(request: JoinRequest, holdings: Holdings): JoinPlan {
  const { position, term } = request;
  if (request.forced) return snapshot('forced');
  if (position === 0) return snapshot('zero');
  if (position < firstOfTerm(1)) return snapshot('positional');
  if (holdings.lineage.skips(term)) return snapshot('diverged');
  const judgement = holdings.lineage.judge(position);
  switch (judgement.kind) {
    case 'in-sync':
      return { tier: 'in-sync', reason: 'equal' };
    case 'ahead':
    case 'diverged':
      return snapshot(judgement.kind);
    case 'forgotten':
      return snapshot('behind-history');
    case 'known': {
      const { from } = judgement;
      if (from >= holdings.log) return { tier: 'replay', reason: 'in-log', from };
      if (request.delta && from >= holdings.delta) return { tier: 'delta', reason: 'behind-log', from };
      return snapshot('behind-history');
    }
  }
}

function snapshot(reason: SnapshotReason): JoinPlan {
  return { tier: 'snapshot', reason };
}
