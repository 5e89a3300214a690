// Unsigned numbers of 64 bits as two unsigned halves of 32: what JavaScript compares without allocating.

/** Whether a is less than b. */
export function isLess(aLo: number, aHi: number, bLo: number, bHi: number): boolean {
  return aHi < bHi || (aHi === bHi && aLo < bLo);
}

/** The two halves as one number. */
export function joined(lo: number, hi: number): bigint {
  return (BigInt(hi) << 32n) | BigInt(lo);
}

/** A number's two halves. */
export function halves(value: bigint): [lo: number, hi: number] {
  return [Number(value & 0xffffffffn), Number(value >> 32n)];
}
