// The order in which flows win.

import type { Packet } from '../packet/packet.ts';
import { type Flow, takesFrom } from './flow.ts';

/** A flow and its place in the order in which flows win: 0 before 1. */
export interface Ranked {
  readonly rank: number;
  readonly flow: Flow;
}

/**
 * The one that wins: the first of `candidates`, which are in the order of ranks, that takes the packet, unless `best`,
 * which is known to, comes before it.
 */
export function winner(
  candidates: readonly Ranked[],
  packet: Packet,
  best: Ranked | undefined,
): Ranked | undefined {
  for (const ranked of candidates) {
    if (best !== undefined && ranked.rank >= best.rank) return best;
    if (takesFrom(ranked.flow, packet)) return ranked;
  }
  return best;
}
