// What the last change of a stream's targets came to.

import type { Remap } from '../maglev/remap.ts';

/** A target whose addresses changed counts as one that left and one that came. */
export interface LastChange extends Remap {
  /** Milliseconds since 1970. */
  readonly atUnixMs: number;
  readonly added: number;
  readonly removed: number;
}
