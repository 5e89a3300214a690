// Which regions were put at or after an index, in the order of their indexes: what a delta tells.
import { PairSort } from './pair-sort.ts';
import type { Slots } from './slots.ts';

const twoTo32 = 2 ** 32;

/** The slots that are used and whose record has `index`, 0 or more, or a later one. */
export function changedSince(slots: Slots, index: number): Int32Array {
  const found: number[] = [];
  for (let slot = 0; slot < slots.bound; slot++) {
    if (slots.index(slot) >= index && slots.isUsed(slot)) found.push(slot);
  }
  const sort = new PairSort(found.length);
  for (const [i, slot] of found.entries()) {
    const changed = slots.index(slot);
    sort.set(i, Math.floor(changed / twoTo32), changed >>> 0, slot);
  }
  for (const _ of sort.sort(found.length));
  const sorted = new Int32Array(found.length);
  sort.copyTo(sorted);
  return sorted;
}
