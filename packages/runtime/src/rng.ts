// Chance, as a thing that is passed in: a run that is given a seed can be repeated.

/** A source of randomness. */
export interface Rng {
  /** A number in [0, 1). */
  next(): number;
}

/** The machine's randomness; not for secrets. */
export const systemRng: Rng = { next: Math.random };

/** A repeatable source (mulberry32): the same 32-bit `seed` gives the same sequence everywhere. */
export function seededRng(seed: number): Rng {
  let state = seed >>> 0;
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = state;
      t = Math.imul(t ^ (t >>> 15), t | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    },
  };
}

/** A whole number in [0, bound); `bound` is 1 or more. */
export function integer(rng: Rng, bound: number): number {
  return Math.floor(rng.next() * bound);
}

/** One of `items`, each as likely; throws RangeError when there is none. */
export function pick<T>(rng: Rng, items: readonly T[]): T {
  if (items.length === 0) throw new RangeError('pick: nothing to pick from');
  return items[integer(rng, items.length)] as T;
}
