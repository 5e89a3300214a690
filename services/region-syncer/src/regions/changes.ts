// Which regions were put at or after an index, in the order of their indexes: what a delta tells.
import { PairSort } from './pair-sort.ts';
import { chunkSlots, type Slots } from './slots.ts';

const twoTo32 = 2 ** 32;

/** The slots that are used and whose record has `index`, 0 or more, or a later one. */
export function changedSince(slots: Slots, index: number): Int32Array {
  const sort = new PairSort(countSince(slots, index));
  let found = 0;
  for (const [i, chunk] of slots.chunks.entries()) {
    for (let at = 0; at < chunkSlots; at++) {
      const changed = chunk.index[at] as number;
      if (changed >= index)
        sort.set(found++, Math.floor(changed / twoTo32), changed >>> 0, i * chunkSlots + at);
    }
  }
  for (const _ of sort.sort(found));
  return Int32Array.from({ length: found }, (_, i) => sort.value(i));
}

function countSince(slots: Slots, index: number): number {
  let count = 0;
  for (const chunk of slots.chunks) for (const changed of chunk.index) if (changed >= index) count++;
  return count;
}
