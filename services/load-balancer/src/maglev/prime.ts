// How many slots a table has. Meridio's load balancer takes the same numbers, so that shares and what a change moves
// are comparable.

/** Slots for each target that a stream may have: shares differ by less than a hundredth. */
const slotsPerTarget = 100;

/** 997 squared: Meridio's primes are found by dividing by those up to 997. */
const sizesEndBelow = 994_009;

/**
 * The slots of a table for at most `maxTargets` targets: the largest prime of 100 for each, below 994,009. A prime, so
 * that every stride visits all slots. Throws RangeError unless `maxTargets` is a whole number from 1.
 */
export function tableSize(maxTargets: number): number {
  if (!Number.isInteger(maxTargets) || maxTargets < 1) {
    throw new RangeError(`max-targets must be a whole number from 1, not ${maxTargets}`);
  }
  let size = Math.min(slotsPerTarget * maxTargets, sizesEndBelow - 1);
  while (!isPrime(size)) size--;
  return size;
}

function isPrime(candidate: number): boolean {
  for (let divisor = 2; divisor * divisor <= candidate; divisor++) {
    if (candidate % divisor === 0) return false;
  }
  return candidate >= 2;
}
