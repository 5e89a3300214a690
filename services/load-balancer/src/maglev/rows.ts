// The order in which each target prefers the slots of a table. It depends on nothing but the size of the table and the
// target's identifier, so replicas that never speak to each other fill their tables alike.

import { integer, seededRng } from '@syncline/runtime/rng.ts';
import { tableSize } from './prime.ts';

/** Any constant would do, as long as every replica of every release has the same. */
const seed = 1;

/** The preferences of the targets 1 to `maxTargets`: each begins at an offset and goes on in steps of its own. */
export class Rows {
  readonly maxTargets: number;
  /** Slots of the table, a prime. */
  readonly size: number;
  readonly #offsets: Uint32Array;
  readonly #skips: Uint32Array;

  /** Throws RangeError unless `maxTargets` is a whole number from 1. */
  constructor(maxTargets: number) {
    this.maxTargets = maxTargets;
    this.size = tableSize(maxTargets);
    this.#offsets = new Uint32Array(maxTargets);
    this.#skips = new Uint32Array(maxTargets);
    const rng = seededRng(seed);
    for (let row = 0; row < maxTargets; row++) {
      this.#offsets[row] = integer(rng, this.size);
      this.#skips[row] = integer(rng, this.size - 1) + 1;
    }
  }

  /** The slot that the target with this identifier prefers to all others. */
  offset(identifier: number): number {
    return this.#offsets[identifier - 1] as number;
  }

  /** From a slot to the next in its order, modulo the size: 1 to size − 1. */
  skip(identifier: number): number {
    return this.#skips[identifier - 1] as number;
  }
}
