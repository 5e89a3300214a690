// Keys of regions: byte strings in the order of memcmp. They are compared where they lie, four bytes a step, since a
// lookup among a million regions compares twenty of them. An empty end key is beyond every key.

/** Negative, 0 or positive as key a[aStart, +aLength) lies before, at or behind key b[bStart, +bLength). */
export function compareKeys(
  a: DataView,
  aStart: number,
  aLength: number,
  b: DataView,
  bStart: number,
  bLength: number,
): number {
  const common = aLength < bLength ? aLength : bLength;
  let i = 0;
  for (; i + 4 <= common; i += 4) {
    const x = a.getInt32(aStart + i);
    const y = b.getInt32(bStart + i);
    if (x !== y) return x >>> 0 < y >>> 0 ? -1 : 1;
  }
  for (; i < common; i++) {
    const difference = a.getUint8(aStart + i) - b.getUint8(bStart + i);
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}

/** The buffers that were asked about last: all blocks of a frame lie in one. */
let viewed: Uint8Array = new Uint8Array(0);
let lastView: DataView = new DataView(viewed.buffer);

/** A view of all of `bytes`; the same one when asked again. */
export function viewOf(bytes: Uint8Array): DataView {
  if (bytes !== viewed) {
    viewed = bytes;
    lastView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  return lastView;
}
