// The tables on the wire.

import type { LoadBalancerStats, StreamStats, TargetStats } from '@syncline/proto/loadbalancer-admin.ts';
import type { DataPlane } from '../plane/data-plane.ts';
import type { Refusals } from '../plane/refusals.ts';
import type { StreamTable } from '../stream/stream-table.ts';
import { type ToldLink, toNspLink } from './nsp-link-stats.ts';

/** What it is read from. */
export interface StatsParts {
  readonly plane: DataPlane;
  readonly link: ToldLink;
  readonly refusals: Refusals;
}

/** The rest is counted: an answer must not grow with what is wrong. */
const mostRefusedRows = 100;

export function toStats({ plane, link, refusals }: StatsParts): LoadBalancerStats {
  const refused = refusals.rows(mostRefusedRows);
  return {
    streams: Array.from(plane.streams, toStreamStats),
    droppedNoFlow: BigInt(plane.drops.noFlow),
    droppedNoTarget: BigInt(plane.drops.noTarget),
    nsp: toNspLink(link),
    refusedRows: [...refused.first],
    refusedRowCount: refused.count,
  };
}

function toStreamStats(stream: StreamTable): StreamStats {
  const { name, live, lastChange } = stream;
  return {
    name: name.stream,
    conduit: name.conduit,
    trench: name.trench,
    tableSize: stream.size,
    filledSlots: live?.table.filled ?? 0,
    maxTargets: stream.maxTargets,
    targets: toTargetStats(live),
    lookups: BigInt(stream.lookups),
    lastChange: lastChange && {
      atUnixMs: BigInt(lastChange.atUnixMs),
      targetsAdded: lastChange.added,
      targetsRemoved: lastChange.removed,
      remappedSlots: lastChange.moved,
      collateralSlots: lastChange.collateral,
    },
  };
}

function toTargetStats(live: StreamTable['live']): TargetStats[] {
  if (live === undefined) return [];
  const { table, members } = live;
  const targets = Array.from(members, ([identifier, { target, lookups }]) => {
    const slots = table.owned(identifier);
    return { identifier, ips: [...target.ips], slots, share: slots / table.size, lookups: BigInt(lookups) };
  });
  return targets.toSorted((a, b) => a.identifier - b.identifier);
}
