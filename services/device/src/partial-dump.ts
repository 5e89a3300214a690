// An initial tree that is not sent whole, as a device that restarts or hangs half-way would leave it.

import type { TreeLeaf } from './tree-leaf.ts';

/** `leaves`, interrupted after the first `count` of them or at their end; goes on after that if `interrupt` says so. */
export function* interrupted(
  leaves: Iterable<TreeLeaf>,
  count: number,
  interrupt: () => boolean,
): Generator<TreeLeaf, void> {
  let given = 0;
  for (const leaf of leaves) {
    if (given++ === count && !interrupt()) return;
    yield leaf;
  }
  if (given <= count) interrupt();
}
