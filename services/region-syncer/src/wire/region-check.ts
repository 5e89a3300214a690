// Whether a region that was read can stand: what the tree and the log take for granted.
import { Cursor, wireType } from '@syncline/protobuf/cursor.ts';
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

const cursor = new Cursor();
const inner = new Cursor();

/** Throws WireError when a message inside the region that readRegion() left unread is malformed. */
export function checkUnread(bytes: Uint8Array, region: RegionFields): void {
  const at = cursor.over(bytes, region.unread, region.regionStop);
  while (at.more()) {
    const tag = at.tag('region');
    at.skip(tag, 'region');
    if ((tag & 7) === wireType.bytes) checkFields(bytes, at.start, at.stop, 'region.peers');
  }
}

/**
 * Throws WireError unless bytes[start, stop) are well-formed fields. For what is kept as bytes and decoded much
 * later, when it is too late to refuse it.
 */
export function checkFields(bytes: Uint8Array, start: number, stop: number, message: string): void {
  for (let at = start; at < stop; ) {
    const next = afterNumber(bytes, at, stop);
    if (next > at) at = next;
    else {
      const field = inner.over(bytes, at, stop);
      field.skip(field.tag(message), message);
      at = field.at;
    }
  }
}

/** Throws WireError unless bytes[start, stop) are numbers and packed lists of numbers, as a BucketStats is. */
export function checkLists(bytes: Uint8Array, start: number, stop: number, message: string): void {
  const at = cursor.over(bytes, start, stop);
  while (at.more()) {
    const tag = at.tag(message);
    if ((tag & 7) !== wireType.bytes) {
      at.varint(tag, message);
      continue;
    }
    at.content(tag, message);
    const list = inner.over(bytes, at.start, at.stop);
    while (list.more()) list.number(message);
  }
}

/** Where the field at bytes[at] ends when it is a number under a tag of one byte, as most are; otherwise `at`. */
function afterNumber(bytes: Uint8Array, at: number, stop: number): number {
  const tag = bytes[at] as number;
  if (tag < 8 || (tag & 0x87) !== wireType.varint) return at;
  const last = Math.min(stop, at + 11);
  for (let i = at + 1; i < last; i++) if ((bytes[i] as number) < 0x80) return i + 1;
  return at;
}
