// The tables on the wire.

import type { LoadBalancerStats, StreamStats, TargetStats } from '@syncline/proto/loadbalancer-admin.ts';
import type { DataPlane } from '../plane/data-plane.ts';
import type { StreamTable } from '../stream/stream-table.ts';

export function toStats(plane: DataPlane): LoadBalancerStats {
  return {
    streams: Array.from(plane.streams, toStreamStats),
    droppedNoFlow: BigInt(plane.drops.noFlow),
    droppedNoTarget: BigInt(plane.drops.noTarget),
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
