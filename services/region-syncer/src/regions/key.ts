// Keys of regions: byte strings in the order of memcmp. They are compared where they lie, four bytes a step, since a
// lookup among a million regions compares twenty of them. An empty end key is beyond every key.

/**
 * Negative, 0 or positive as key a[aStart, +aLength) lies before, at or behind key b[bStart, +bLength), whose first
 * `known` bytes are known to be the same. Unless it is 0, its absolute value less 1 says how many bytes are in fact.
 */
export function compareKeys(
  a: DataView,
  aStart: number,
  aLength: number,
  b: DataView,
  bStart: number,
  bLength: number,
  known: number,
): number {
  const common = aLength < bLength ? aLength : bLength;
  let i = known;
  while (i + 4 <= common && a.getInt32(aStart + i) === b.getInt32(bStart + i)) i += 4;
  for (; i < common; i++) {
    const difference = a.getUint8(aStart + i) - b.getUint8(bStart + i);
    if (difference !== 0) return difference < 0 ? -i - 1 : i + 1;
  }
  if (aLength === bLength) return 0;
  return aLength < bLength ? -i - 1 : i + 1;
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
