// Brings slots into the order of their start keys. Keys of a cluster are long and alike, so what is sorted by are the
// next few bytes in which the keys differ at all; slots that are still equal are a group of their own, sorted by what
// follows. However the keys are chosen, each of their bytes is looked at some ten times at most.
import { KeyColumns } from './key-columns.ts';
import { PairSort } from './pair-sort.ts';
import type { RegionKeys } from './region-keys.ts';

/** Groups up to this size are sorted by comparing keys. */
const smallGroup = 24;
/** How many keys are looked at between two stops: some tenths of a millisecond, or a few for a million keys. */
const pieceSlots = 1 << 12;

/** A part of the slots whose keys have their first `depth` bytes in common. */
interface Group {
  readonly from: number;
  readonly to: number;
  readonly depth: number;
}

/** Sorts `slots` in place; slots of equal keys stay in the order they had. Stops after each bounded piece. */
export function* sortByStartKey(keys: RegionKeys, slots: Int32Array): Generator<void, void> {
  const sort = new PairSort(slots.length);
  const groups: Group[] = [{ from: 0, to: slots.length, depth: 0 }];
  let work = 0;
  for (let group = groups.pop(); group !== undefined; group = groups.pop()) {
    const { from, to, depth } = group;
    if (to - from <= smallGroup) insertionSort(keys, slots, group);
    else {
      const columns = new KeyColumns(keys, slots[from] as number, depth);
      for (let i = from; i < to; i += pieceSlots) {
        columns.compare(slots.subarray(i, Math.min(to, i + pieceSlots)));
        if (i + pieceSlots < to) yield;
      }
      columns.choose();
      for (let i = from; i < to; i += pieceSlots) {
        columns.take(slots.subarray(i, Math.min(to, i + pieceSlots)), sort, i - from);
        if (i + pieceSlots < to) yield;
      }
      yield* sort.sort(to - from);
      sort.copyTo(slots.subarray(from, to));
      pushTies(groups, sort, group, columns.next);
    }
    work += to - from;
    if (work < pieceSlots) continue;
    work = 0;
    yield;
  }
}

/** Slots that are equal in the columns, and whose keys go on behind them, are groups of their own. */
function pushTies(groups: Group[], sort: PairSort, { from, to }: Group, depth: number): void {
  let start = 0;
  for (let i = 1; i <= to - from; i++) {
    if (i < to - from && sort.isEqual(i, start)) continue;
    if (i - start > 1 && KeyColumns.goOn(sort.lo(start))) {
      groups.push({ from: from + start, to: from + i, depth });
    }
    start = i;
  }
}

function insertionSort(keys: RegionKeys, slots: Int32Array, { from, to, depth }: Group): void {
  for (let i = from + 1; i < to; i++) {
    const slot = slots[i] as number;
    let at = i;
    while (at > from && keys.compareStarts(slots[at - 1] as number, slot, depth) > 0) {
      slots[at] = slots[at - 1] as number;
      at--;
    }
    slots[at] = slot;
  }
}
