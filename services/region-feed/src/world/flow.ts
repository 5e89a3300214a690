// Traffic of a region that is read and written now and then. The bounds keep each number at its own width on the wire,
// so that a region's size there hardly varies.

import { integer, type Rng } from '@syncline/runtime/rng.ts';
import type { Flow } from './region.ts';

/** A draw; two of them differ by more than the 1,000 bytes to which PD rounds, but for one in about a thousand. */
export function randomFlow(rng: Rng): Flow {
  return {
    bytesWritten: between(rng, 2 ** 14, 2 ** 21),
    bytesRead: between(rng, 2 ** 14, 2 ** 21),
    keysWritten: between(rng, 2 ** 7, 2 ** 14),
    keysRead: between(rng, 1, 2 ** 7),
  };
}

function between(rng: Rng, least: number, bound: number): number {
  return least + integer(rng, bound - least);
}
