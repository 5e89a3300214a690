// Whether a region that was read can stand: what the tree and the log take for granted.
import { WireError } from '@syncline/protobuf/wire-error.ts';
import type { RegionFields } from './region-fields.ts';

/**
 * Why the region cannot stand, under the field that is wrong; undefined when it can. A region needs an id, an epoch
 * and a range that is not empty. PD itself takes all three as they come.
 */
export function regionProblem(bytes: Uint8Array, region: RegionFields): WireError | undefined {
  if (region.idLo === 0 && region.idHi === 0) return new WireError('region.id', 'is 0');
  if (!region.hasEpoch) return new WireError('region.region_epoch', `is missing in region ${idOf(region)}`);
  if (region.endKeyLength > 0 && !endsAfterStart(bytes, region)) {
    return new WireError('region.end_key', `is not after start_key in region ${idOf(region)}`);
  }
  return undefined;
}

function idOf(region: RegionFields): bigint {
  return (BigInt(region.idHi) << 32n) | BigInt(region.idLo);
}

/** The bytes that were asked about last, and a view on them that reads four at once: regions come by the thousand. */
let asked: Uint8Array = new Uint8Array(0);
let view = new DataView(asked.buffer);

function endsAfterStart(bytes: Uint8Array, region: RegionFields): boolean {
  if (asked !== bytes) {
    asked = bytes;
    view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  const { startKey, startKeyLength, endKey, endKeyLength } = region;
  const common = Math.min(startKeyLength, endKeyLength);
  let i = 0;
  while (i + 4 <= common && view.getInt32(startKey + i) === view.getInt32(endKey + i)) i += 4;
  for (; i < common; i++) {
    const difference = (bytes[endKey + i] as number) - (bytes[startKey + i] as number);
    if (difference !== 0) return difference > 0;
  }
  return endKeyLength > startKeyLength;
}
