// Filling a table (Maglev, NSDI 2016, section 3.4): the targets take turns, and each takes the free slot that it
// prefers. So their shares differ by one slot at the most, and when one leaves, most slots of the others stay.

import type { Rows } from './rows.ts';

/** Slots looked at between two yields: some 50 µs. */
const probesPerStep = 4_096;

/**
 * The identifier of each slot's target; 0 in all slots when there is no target. Yields now and then, so that filling
 * a million slots, which takes many millions of looks, need not be done at a stretch.
 *
 * @param active identifiers, ascending and without repetition, each from 1 to `rows.maxTargets`
 */
export function* populate(rows: Rows, active: Uint16Array): Generator<void, Uint16Array, void> {
  const { size } = rows;
  const slots = new Uint16Array(size);
  if (active.length === 0) return slots;
  const places = Uint32Array.from(active, (identifier) => rows.offset(identifier));
  const skips = Uint32Array.from(active, (identifier) => rows.skip(identifier));
  let probes = 0;
  for (let filled = 0, turn = 0; filled < size; filled++, turn = turn + 1 === active.length ? 0 : turn + 1) {
    const skip = skips[turn] as number;
    let place = places[turn] as number;
    while (slots[place] !== 0) {
      place += skip;
      if (place >= size) place -= size;
      probes++;
    }
    slots[place] = active[turn] as number;
    places[turn] = place;
    if (++probes < probesPerStep) continue;
    probes = 0;
    yield;
  }
  return slots;
}
