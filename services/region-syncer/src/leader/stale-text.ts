// What PD says of a heartbeat that is older than what is known. Stores log it.

import type { RegionTree } from '../regions/region-tree.ts';
import { absent } from '../regions/slots.ts';
import { joined } from '../regions/uint64.ts';
import { RegionFields, readBlock } from '../wire/region-fields.ts';

const origin = new RegionFields();

/** `regions` has just judged `region` with check(). */
export function staleText(region: RegionFields, regions: RegionTree): string {
  const slot = regions.conflict;
  if (slot === absent) return `region is stale: region ${textOf(region)}`;
  readBlock(regions.bytes(slot), regions.start(slot), regions.end(slot), origin);
  return `region is stale: region ${textOf(region)} origin ${textOf(origin)}`;
}

function textOf(region: RegionFields): string {
  const id = joined(region.idLo, region.idHi);
  const confVer = joined(region.confVerLo, region.confVerHi);
  const version = joined(region.versionLo, region.versionHi);
  return `id:${id} region_epoch:<conf_ver:${confVer} version:${version} >`;
}
