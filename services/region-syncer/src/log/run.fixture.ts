// Runs for tests: blocks of any length that tell which record they are.

import type { Chunk } from './chunk.ts';

/** A block that holds `record` and so many more bytes; the three elements after its region are empty. */
export function block(record: number, padding = 0): Uint8Array {
  const region = Buffer.alloc(8 + padding);
  region.writeDoubleLE(record);
  const length = [region.length & 0x7f];
  for (let rest = region.length >>> 7; rest > 0; rest >>>= 7) {
    length[length.length - 1] = 0x80 | (length.at(-1) ?? 0);
    length.push(rest & 0x7f);
  }
  return Buffer.concat([Uint8Array.of(0x12, ...length), region, Uint8Array.of(0x22, 0, 0x2a, 0, 0x32, 0)]);
}

/** A chunk whose blocks hold the index of their record; `padding` is per block. */
export function chunkOf(first: number, count: number, padding?: number): Chunk {
  return {
    first,
    count,
    bytes: runOf(
      Array.from({ length: count }, (_, at) => first + at),
      padding,
    ),
  };
}

/** The blocks of these records, back to back. */
export function runOf(records: readonly number[], padding?: number): Uint8Array {
  return Buffer.concat(records.map((record) => block(record, padding)));
}
