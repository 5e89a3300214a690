// Keys, as positions on a line. A region's borders are whole numbers, which are cheap to keep and to halve; the bytes
// are made when a heartbeat is written. Byte order of keys is the order of their positions.

/** The end of the key space: a region up to here has no end key. Position 0 has no start key either. */
export const keySpaceEnd = 2 ** 52;

/** The shortest key that tells all positions apart. */
export const shortestKey = 8;

/** What rows of tables start with in a TiKV key. */
const TABLE_PREFIX = 0x74;

/** Bytes of the key at `position`: none at either end of the key space. */
export function keyLength(position: number, keyBytes: number): number {
  return position === 0 || position === keySpaceEnd ? 0 : keyBytes;
}

/**
 * Writes the key at `position`, strictly between the ends of the key space, into `bytes[at, at + keyBytes)`:
 * a table prefix, seven bytes of position, and a rest that looks like data and is always the same for the position.
 */
export function writeKey(position: number, keyBytes: number, bytes: Buffer, at: number): void {
  bytes[at] = TABLE_PREFIX;
  bytes.writeUIntBE(Math.floor(position / 2 ** 32), at + 1, 3);
  bytes.writeUInt32BE(position % 2 ** 32, at + 4);
  let word = (position % 2 ** 32) | 1;
  for (let offset = at + shortestKey; offset < at + keyBytes; offset++) {
    // A linear congruence: plain, and no two neighbours share their rest.
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) | 0;
    bytes[offset] = word >>> 24;
  }
}

/** The key at `position`, for those that are not in a hurry. */
export function keyAt(position: number, keyBytes: number): Buffer {
  const key = Buffer.alloc(keyLength(position, keyBytes));
  if (key.length > 0) writeKey(position, keyBytes, key, 0);
  return key;
}
