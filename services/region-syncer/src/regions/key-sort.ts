// Brings slots into the order of their start keys. Keys of a cluster are long and alike, so a group of slots skips
// what all its keys have in common, is sorted by the 7 bytes after it, and those that are still equal are groups
// again. Every byte is looked at a bounded number of times, however the keys are chosen.
import { PairSort } from './pair-sort.ts';
import type { RegionKeys } from './region-keys.ts';

/** Bytes of a key that are sorted at once. The eighth byte says how many of them the key has. */
const windowBytes = 7;
/** That the key goes on behind the window. */
const longer = 8;
/** Groups up to this size are sorted by comparing keys. */
const smallGroup = 24;
/** What is done between two stops: keys looked at, and a hundredth of their bytes. About a millisecond. */
const pieceWork = 1 << 12;
const bytesPerWork = 100;

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
    if (to - from <= smallGroup) {
      work += insertionSort(keys, slots, from, to, depth);
    } else {
      let common = keys.startLength(slots[from] as number);
      for (let i = from + 1; i < to && common > depth; i++) {
        const shared = keys.commonPrefix(slots[from] as number, slots[i] as number, depth);
        if (shared < common) common = shared;
        work += 1 + (shared - depth) / bytesPerWork;
        if (work < pieceWork) continue;
        work = 0;
        yield;
      }
      for (let i = from; i < to; i += pieceWork) {
        takeWindows(keys, slots, from, i, Math.min(to, i + pieceWork), common, sort);
        if (i + pieceWork < to) yield;
      }
      yield* sort.sort(to - from);
      for (let i = from; i < to; i++) slots[i] = sort.value(i - from);
      pushTies(groups, sort, from, to, common + windowBytes);
      work += to - from;
    }
    if (work < pieceWork) continue;
    work = 0;
    yield;
  }
}

/** Sets the elements of `sort` to what the keys of slots[start, end) have behind their first `depth` bytes. */
function takeWindows(
  keys: RegionKeys,
  slots: Int32Array,
  from: number,
  start: number,
  end: number,
  depth: number,
  sort: PairSort,
): void {
  for (let i = start; i < end; i++) {
    const slot = slots[i] as number;
    const view = keys.view(slot);
    const at = keys.start(slot) + depth;
    const left = keys.startLength(slot) - depth;
    let hi = 0;
    let lo = 0;
    for (let byte = 0; byte < 4; byte++) hi = (hi << 8) | (byte < left ? view.getUint8(at + byte) : 0);
    for (let byte = 4; byte < windowBytes; byte++)
      lo = (lo << 8) | (byte < left ? view.getUint8(at + byte) : 0);
    sort.set(i - from, hi >>> 0, ((lo << 8) | Math.min(left, longer)) >>> 0, slot);
  }
}

/** Equal windows of keys that go on are groups of their own. Keys that end in equal windows are the same key. */
function pushTies(groups: Group[], sort: PairSort, from: number, to: number, depth: number): void {
  let start = 0;
  for (let i = 1; i <= to - from; i++) {
    if (i < to - from && sort.isEqual(i, start)) continue;
    if (i - start > 1 && (sort.lo(start) & 0xff) === longer) {
      groups.push({ from: from + start, to: from + i, depth });
    }
    start = i;
  }
}

/** Returns the work it was. */
function insertionSort(keys: RegionKeys, slots: Int32Array, from: number, to: number, depth: number): number {
  let work = to - from;
  for (let i = from + 1; i < to; i++) {
    const slot = slots[i] as number;
    let at = i;
    while (at > from && keys.compareStarts(slots[at - 1] as number, slot, depth) > 0) {
      slots[at] = slots[at - 1] as number;
      at--;
    }
    slots[at] = slot;
    work += i - at + (keys.startLength(slot) - depth) / bytesPerWork;
  }
  return work;
}
