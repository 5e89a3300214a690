// The slots in the order of their start keys: leaves of up to 256, and the first slot of each. A lookup is two binary
// searches; a place in the order is where the last lookup ended. Ranges do not matter here.
// Invariant: no leaf is empty, and two neighbours together are more than half a leaf.
import type { RegionKeys } from './region-keys.ts';
import { absent } from './slots.ts';

const leafSlots = 256;
/** How full the leaves of a bulk build are: the next few inserts shall not split them all. */
const builtSlots = 192;

class Leaf {
  readonly slots: Int32Array = new Int32Array(leafSlots);
  count = 0;
}

export class Order {
  readonly #keys: RegionKeys;
  #leaves: Leaf[] = [];
  /** The first slot of each leaf: a lookup touches one leaf only. */
  #firsts: number[] = [];
  #size = 0;
  /** The place: element #at of leaf #leaf. Before the first one when #at is -1, and then #leaf is 0. */
  #leaf = 0;
  #at = -1;
  /** In a lookup: how many first bytes the key has in common with the last slot before it, and the first behind it. */
  #before = 0;
  #behind = 0;

  constructor(keys: RegionKeys) {
    this.#keys = keys;
  }

  /** Adds `slots`, which are in order and behind all that is here. */
  append(slots: Int32Array): void {
    for (let from = 0; from < slots.length; from += builtSlots) {
      const piece = slots.subarray(from, from + builtSlots);
      const leaf = new Leaf();
      leaf.slots.set(piece);
      leaf.count = piece.length;
      this.#leaves.push(leaf);
      this.#firsts.push(piece[0] as number);
    }
    this.#size += slots.length;
    this.#join(this.#leaves.length - 2);
  }

  /** How many slots there are. */
  get size(): number {
    return this.#size;
  }

  /** How many leaves they take. */
  get leaves(): number {
    return this.#leaves.length;
  }

  /** Goes to the last slot whose start key is at or before a key, and returns it; else before all, and `absent`. */
  seek(key: DataView, keyStart: number, keyLength: number): number {
    if (this.#isAt(key, keyStart, keyLength)) return this.#slot(this.#leaf, this.#at);
    this.#before = this.#behind = 0;
    const leaf = this.#search(this.#firsts, this.#firsts.length, key, keyStart, keyLength);
    if (leaf < 0) {
      this.#leaf = 0;
      this.#at = -1;
      return absent;
    }
    const { slots, count } = this.#leaves[leaf] as Leaf;
    this.#leaf = leaf;
    this.#at = this.#search(slots, count, key, keyStart, keyLength);
    return slots[this.#at] as number;
  }

  /** Goes to `slot`, which is here. */
  seekSlot(slot: number): void {
    this.seek(this.#keys.view(slot), this.#keys.start(slot), this.#keys.startLength(slot));
  }

  /** The slot behind the place, or `absent`. */
  get next(): number {
    const leaf = this.#leaves[this.#leaf];
    if (leaf === undefined) return absent;
    if (this.#at + 1 < leaf.count) return leaf.slots[this.#at + 1] as number;
    return this.#firsts[this.#leaf + 1] ?? absent;
  }

  /** The slot before the place, or `absent`. */
  get previous(): number {
    if (this.#at > 0) return (this.#leaves[this.#leaf] as Leaf).slots[this.#at - 1] as number;
    const before = this.#at === 0 ? this.#leaves[this.#leaf - 1] : undefined;
    return before === undefined ? absent : (before.slots[before.count - 1] as number);
  }

  /** Goes one slot on, and returns it; stays where it is, and returns `absent`, behind the last one. */
  step(): number {
    const leaf = this.#leaves[this.#leaf];
    if (leaf !== undefined && this.#at + 1 < leaf.count) return leaf.slots[++this.#at] as number;
    const first = this.#firsts[this.#leaf + 1];
    if (first === undefined) return absent;
    this.#leaf++;
    this.#at = 0;
    return first;
  }

  /** Inserts `slot` behind the place, and goes to it. */
  insert(slot: number): void {
    if (this.#leaves.length === 0) {
      this.#leaves.push(new Leaf());
      this.#firsts.push(slot);
    }
    if ((this.#leaves[this.#leaf] as Leaf).count === leafSlots) this.#split();
    const leaf = this.#leaves[this.#leaf] as Leaf;
    const at = this.#at + 1;
    leaf.slots.copyWithin(at + 1, at, leaf.count);
    leaf.slots[at] = slot;
    leaf.count++;
    if (at === 0) this.#firsts[this.#leaf] = slot;
    this.#at = at;
    this.#size++;
  }

  /** Puts `slot` where the one at the place is. */
  replace(slot: number): void {
    (this.#leaves[this.#leaf] as Leaf).slots[this.#at] = slot;
    if (this.#at === 0) this.#firsts[this.#leaf] = slot;
  }

  /** Takes out the slot at the place, and goes to the one before it. */
  remove(): void {
    const index = this.#leaf;
    const leaf = this.#leaves[index] as Leaf;
    leaf.slots.copyWithin(this.#at, this.#at + 1, leaf.count);
    leaf.count--;
    this.#size--;
    if (this.#at === 0) this.#firsts[index] = leaf.slots[0] as number;
    if (leaf.count === 0) {
      this.#leaves.splice(index, 1);
      this.#firsts.splice(index, 1);
    }
    this.#at--;
    if (this.#at < 0 && index > 0) {
      this.#leaf--;
      this.#at = (this.#leaves[this.#leaf] as Leaf).count - 1;
    }
    this.#join(index);
    this.#join(index - 1);
  }

  /** Writes all slots in order into `into`, which has room for them. */
  copyTo(into: Int32Array): void {
    let to = 0;
    for (const { slots, count } of this.#leaves) {
      into.set(count === leafSlots ? slots : slots.subarray(0, count), to);
      to += count;
    }
  }

  /** Whether a lookup of the key ends where the last one did: the halves of a split come one after the other. */
  #isAt(key: DataView, keyStart: number, keyLength: number): boolean {
    if (this.#at < 0) return false;
    const keys = this.#keys;
    if (keys.compareStart(this.#slot(this.#leaf, this.#at), key, keyStart, keyLength) > 0) return false;
    const { next } = this;
    return next === absent || keys.compareStart(next, key, keyStart, keyLength) > 0;
  }

  /** Which of the first `count` slots, in order, is the last one at or before a key; -1: none is. */
  #search(
    slots: ArrayLike<number>,
    count: number,
    key: DataView,
    keyStart: number,
    keyLength: number,
  ): number {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const known = Math.min(this.#before, this.#behind);
      const order = this.#keys.compareStart(slots[middle] as number, key, keyStart, keyLength, known);
      if (order > 0) {
        high = middle;
        this.#behind = order - 1;
      } else {
        low = middle + 1;
        this.#before = order === 0 ? keyLength : -order - 1;
      }
    }
    return low - 1;
  }

  #slot(leaf: number, at: number): number {
    return (this.#leaves[leaf] as Leaf).slots[at] as number;
  }

  /** Makes room in the full leaf at the place. At its end a new leaf begins, so that rising keys fill their leaves. */
  #split(): void {
    const leaf = this.#leaves[this.#leaf] as Leaf;
    const middle = this.#at === leafSlots - 1 ? leafSlots : leafSlots / 2;
    const right = new Leaf();
    right.slots.set(leaf.slots.subarray(middle));
    right.count = leafSlots - middle;
    leaf.count = middle;
    this.#leaves.splice(this.#leaf + 1, 0, right);
    this.#firsts.splice(this.#leaf + 1, 0, right.slots[0] as number);
    if (this.#at < middle - 1 || (this.#at === middle - 1 && right.count > 0)) return;
    this.#leaf++;
    this.#at -= middle;
  }

  /** Takes leaf `index + 1` into leaf `index` when both together are at most half a leaf. The place stays. */
  #join(index: number): void {
    const left = this.#leaves[index];
    const right = this.#leaves[index + 1];
    if (left === undefined || right === undefined || left.count + right.count > leafSlots / 2) return;
    left.slots.set(right.slots.subarray(0, right.count), left.count);
    if (this.#leaf === index + 1) {
      this.#leaf = index;
      this.#at += left.count;
    } else if (this.#leaf > index + 1) this.#leaf--;
    left.count += right.count;
    this.#leaves.splice(index + 1, 1);
    this.#firsts.splice(index + 1, 1);
  }
}
