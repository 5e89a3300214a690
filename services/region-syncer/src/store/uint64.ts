// A uint64 in a column: decimal text, because SQLite's integers are signed.

const largest = 2n ** 64n - 1n;

/** The text of a uint64. Throws RangeError naming `field` when it is none. */
export function uint64Text(field: string, value: bigint): string {
  if (value < 0n || value > largest) throw new RangeError(`${field} ${value} is not from 0 to 2^64 - 1`);
  return String(value);
}
