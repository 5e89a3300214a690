// The digest that goes with some appends. When an append takes all that waits, the regions are what its last record made
// them: the one moment when a busy leader's digest and index belong together.

import type { Clock } from '@syncline/runtime/clock.ts';
import type { Digest } from '../regions/digest.ts';

export class DigestStamp {
  readonly #clock: Clock;
  readonly #digest: () => Digest;
  #everyMs = Number.POSITIVE_INFINITY;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** `digest` gives the present regions'. Nothing is due before every(). */
  constructor(clock: Clock, digest: () => Digest) {
    this.#clock = clock;
    this.#digest = digest;
  }

  /** One is due at once, and `ms` after each that was taken. */
  every(ms: number): void {
    this.#everyMs = ms;
  }

  /** The present digest, encoded; undefined while none is due. */
  take(): Uint8Array | undefined {
    if (this.#everyMs === Number.POSITIVE_INFINITY) return undefined;
    const now = this.#clock.monotonic();
    if (now - this.#lastMs < this.#everyMs) return undefined;
    this.#lastMs = now;
    return this.#digest().encode();
  }
}
