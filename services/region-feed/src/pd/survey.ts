// What a cluster knows of regions already. A feed that is started again begins a new world, and PD takes nothing from
// it that is older than what it has.

import type { Region } from '@syncline/proto/metapb.ts';
import { bootstrapRegion, type Floor } from '../world/floor.ts';
import type { PdLine } from './pd-line.ts';

/** The highest ids and epochs of all regions, read `page` at a time. Rejects as `PdLine.scanRegions` does. */
export async function survey(line: PdLine, page = 1_000): Promise<Floor> {
  let floor = bootstrapRegion;
  let startKey = new Uint8Array();
  for (;;) {
    const { regionMetas } = await line.scanRegions(startKey, page);
    for (const region of regionMetas) floor = above(floor, region);
    const last = regionMetas.at(-1);
    if (last === undefined || last.endKey.length === 0 || regionMetas.length < page) return floor;
    startKey = Uint8Array.from(last.endKey);
  }
}

function above(floor: Floor, { id, regionEpoch, peers }: Region): Floor {
  return {
    regionId: Math.max(floor.regionId, Number(id)),
    peerId: Math.max(floor.peerId, ...peers.map((peer) => Number(peer.id))),
    version: Math.max(floor.version, Number(regionEpoch?.version ?? 0n)),
    confVer: Math.max(floor.confVer, Number(regionEpoch?.confVer ?? 0n)),
  };
}
