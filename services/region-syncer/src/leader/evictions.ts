// How often a stream may take the place of an older one of its name. A follower that comes back before its old stream is
// known to be dead must not wait for that; two followers of one name must not throw each other out for ever.

import type { Clock } from '@syncline/runtime/clock.ts';

/** How many within how long. */
export interface EvictionLimits {
  readonly most: number;
  readonly windowMs: number;
  /** Names that are remembered. */
  readonly names: number;
}

export class Evictions {
  readonly #limits: EvictionLimits;
  readonly #clock: Clock;
  /** When each name's evictions were, the oldest first; the name that was evicted longest ago comes first. */
  readonly #byName: Map<string, readonly number[]> = new Map();

  constructor(limits: EvictionLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Counts an eviction and gives 0; or gives, in ms, how long the name has to wait for its next one. */
  evict(name: string): number {
    const { most, windowMs, names } = this.#limits;
    const now = this.#clock.monotonic();
    const recent = (this.#byName.get(name) ?? []).filter((at) => now - at < windowMs);
    if (recent.length >= most) return windowMs - (now - (recent[0] ?? now));
    this.#byName.delete(name);
    this.#byName.set(name, [...recent, now]);
    const [oldest] = this.#byName.keys();
    if (this.#byName.size > names && oldest !== undefined) this.#byName.delete(oldest);
    return 0;
  }
}
