// The stores that this process pretends to be, as PD is told of them.

import { Region, Store } from '@syncline/proto/metapb.ts';
import { StoreStats } from '@syncline/proto/pdpb.ts';
import { bootstrapRegion } from '../world/floor.ts';
import type { World } from '../world/world.ts';

/** A PD refuses stores that are older than its cluster; this version is newer than any. */
const STORE_VERSION = '9.0.0-alpha.1';

const CAPACITY = 4n << 40n;

/** The store of an id, up since `startedAtNs`. Nobody listens at its address. */
export function storeOf(id: number, startedAtNs: bigint): Store {
  return Store.fromPartial({
    id: BigInt(id),
    address: `region-feed-${id}:20160`,
    statusAddress: `region-feed-${id}:20180`,
    version: STORE_VERSION,
    startTimestamp: startedAtNs / 1_000_000_000n,
  });
}

/** What the store says of itself every few seconds. */
export function statsOf(world: World, id: number, startedAtNs: bigint): StoreStats {
  const regions = world.peersOn(id);
  const used = BigInt(regions) * (96n << 20n);
  return StoreStats.fromPartial({
    storeId: BigInt(id),
    capacity: CAPACITY,
    available: used < CAPACITY ? CAPACITY - used : 0n,
    usedSize: used,
    regionCount: regions,
    startTime: Number(startedAtNs / 1_000_000_000n),
  });
}

/** The first region of a new cluster. */
export function firstRegion(): Region {
  const { regionId, peerId, version, confVer } = bootstrapRegion;
  return Region.fromPartial({
    id: BigInt(regionId),
    regionEpoch: { version: BigInt(version), confVer: BigInt(confVer) },
    peers: [{ id: BigInt(peerId), storeId: 1n }],
  });
}
