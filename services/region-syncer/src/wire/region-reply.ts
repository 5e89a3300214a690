// From a block to what clients get. Not the sync path: here the generated types do the work.
import { Buckets, Peer, Region as RegionMeta } from '@syncline/proto/metapb.ts';
import { type GetRegionResponse, Region, type ResponseHeader } from '@syncline/proto/pdpb.ts';
import { RegionFields, readBlock } from './region-fields.ts';

const fields = new RegionFields();

/**
 * The region whose block begins at bytes[start], in memory of its own: the bytes may be an arena's. `ailing` are its
 * down and pending peers, as ailing-peers.ts has them. Throws WireError when there is no block.
 */
export function toRegion(bytes: Uint8Array, start: number, end: number, needs: RegionNeeds): Region {
  readBlock(bytes, start, end, fields);
  const { downPeers, pendingPeers } = Region.decode(needs.ailing ?? new Uint8Array(0));
  const led = fields.leaderIdLo !== 0 || fields.leaderIdHi !== 0;
  const bucketed = needs.buckets && fields.bucketsStop > fields.bucketsStart;
  return {
    region: RegionMeta.decode(bytes.slice(fields.regionStart, fields.regionStop)),
    leader: led ? Peer.decode(bytes.slice(fields.leaderStart, fields.leaderStop)) : undefined,
    downPeers,
    pendingPeers,
    buckets: bucketed ? Buckets.decode(bytes.slice(fields.bucketsStart, fields.bucketsStop)) : undefined,
  };
}

/** What a reply takes beside the region and its leader. */
export interface RegionNeeds {
  readonly buckets: boolean;
  readonly ailing?: Uint8Array | undefined;
}

/** The answer about one region; undefined: there is none, which a leader says with the header alone. */
export function toGetRegionResponse(header: ResponseHeader, region: Region | undefined): GetRegionResponse {
  return {
    header,
    region: region?.region,
    leader: region?.leader,
    downPeers: region?.downPeers ?? [],
    pendingPeers: region?.pendingPeers ?? [],
    buckets: region?.buckets,
  };
}
