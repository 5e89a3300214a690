// All regions of a PD as its ScanRegions answers them, in the frame of a sync stream, so that they are taken as any other.

import { Buckets, Peer, Region } from '@syncline/proto/metapb.ts';
import { RegionStat, type ScanRegionsResponse, SyncRegionResponse } from '@syncline/proto/pdpb.ts';

/** The PD did not answer with its regions; the message is PD's. */
export class ListingRefusedError extends Error {
  override name = 'ListingRefusedError';
}

/** The frame of these regions, without traffic: ScanRegions does not tell that. Throws ListingRefusedError. */
export function listingFrame({ header, regions }: ScanRegionsResponse): Buffer {
  if (header?.error !== undefined) throw new ListingRefusedError(header.error.message);
  const frame = SyncRegionResponse.create({
    header,
    regions: regions.map(({ region }) => region ?? Region.create()),
    regionLeaders: regions.map(({ leader }) => leader ?? Peer.create()),
    regionStats: regions.map(() => RegionStat.create()),
    buckets: regions.map(({ buckets }) => buckets ?? Buckets.create()),
  });
  return Buffer.from(SyncRegionResponse.encode(frame).finish());
}
