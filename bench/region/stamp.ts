// When a change was sent, as the version of its region: it travels with the record, and grows as versions must.
// It takes seven bytes as a varint at any uptime of the machine.

import { monotonicMs } from '../workload/stamp.ts';

const base = 2 ** 42;
const mostUs = 2 ** 32 - 1;

/** The version of a region that changes now. */
export function stampNow(): number {
  return base + Math.floor(monotonicMs() * 1_000);
}

/** Microseconds since a region of this version was sent, at the most 2^32 - 1; undefined when it is no stamp. */
export function ageUs(version: number): number | undefined {
  if (version < base) return undefined;
  return Math.min(mostUs, Math.max(0, stampNow() - version));
}
