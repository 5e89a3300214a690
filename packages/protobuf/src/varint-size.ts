/** How many bytes the varint of `value` takes, a whole number from 0 to 2^53. */
export function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  return value < 0x10000000 ? 4 : largeSize(value);
}

/** Apart from the sizes of lengths, so that what writes those can have them inline. */
function largeSize(value: number): number {
  let size = 5;
  for (let rest = value / 2 ** 35; rest >= 1; rest /= 128) size++;
  return size;
}
