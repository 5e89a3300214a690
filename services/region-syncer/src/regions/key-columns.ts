// The positions at which the keys of a group of slots differ: up to seven of them make a number to sort the slots by.
// Where all keys have the same byte it says nothing on their order, and most bytes of most keys are such.
// Invariant: the keys are in the order of these numbers, and equal ones need a look at what follows, see goOn().
import type { PairSort } from './pair-sort.ts';
import type { RegionKeys } from './region-keys.ts';

const mostColumns = 7;
/** So many bytes are compared at once: far more would be looked at again and again, if few keys differ in each. */
const windowBytes = 96;
/** The last byte of the number: the key goes on behind the columns. Else how many of them it has. */
const longer = 8;

export class KeyColumns {
  readonly #keys: RegionKeys;
  readonly #depth: number;
  /** The key that all others are compared with. */
  readonly #view: DataView;
  readonly #start: number;
  readonly #length: number;
  /** Bytes that all keys have. */
  #common: number;
  /** Where any key differs from the first one, bit by bit, as big-endian words. */
  #differ: Int32Array = new Int32Array(windowBytes / 4);
  #positions: number[] = [];
  #next = 0;

  /** Whether slots of equal numbers, of this lower half, can differ behind the columns. */
  static goOn(lo: number): boolean {
    return (lo & 0xff) === longer;
  }

  /** `first` is one of the slots; the first `depth` bytes of all keys are the same. */
  constructor(keys: RegionKeys, first: number, depth: number) {
    this.#keys = keys;
    this.#depth = depth;
    this.#view = keys.view(first);
    this.#start = keys.start(first) + depth;
    this.#length = keys.startLength(first) - depth;
    this.#common = this.#length;
  }

  /** Looks where the keys of `slots` differ; to be called for all of the group before choose(). */
  compare(slots: Int32Array): void {
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] as number;
      const length = this.#keys.startLength(slot) - this.#depth;
      if (length < this.#common) this.#common = length;
      this.#compare(this.#keys.view(slot), this.#keys.start(slot) + this.#depth);
    }
  }

  /** Chooses the columns: positions that all keys have and at which some differ, then those that some do not have. */
  choose(): void {
    const end = Math.min(this.#common, windowBytes);
    const positions: number[] = [];
    for (let i = 0; i < end && positions.length < mostColumns; i++) {
      if ((((this.#differ[i >>> 2] as number) >>> (24 - 8 * (i & 3))) & 0xff) !== 0) positions.push(i);
    }
    if (end < windowBytes) {
      for (let i = end; positions.length < mostColumns; i++) positions.push(i);
    }
    this.#positions = positions;
    const last = positions[mostColumns - 1];
    this.#next = this.#depth + (last === undefined ? windowBytes : last + 1);
  }

  /** How many first bytes are the same in keys of equal numbers. */
  get next(): number {
    return this.#next;
  }

  /** Sets the elements of `into` from `at` on to the numbers of `slots`. */
  take(slots: Int32Array, into: PairSort, at: number): void {
    const positions = this.#positions;
    const behind = this.#next - this.#depth;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] as number;
      const view = this.#keys.view(slot);
      const start = this.#keys.start(slot) + this.#depth;
      const length = this.#keys.startLength(slot) - this.#depth;
      let hi = 0;
      let lo = 0;
      let has = 0;
      for (let column = 0; column < positions.length; column++) {
        const position = positions[column] as number;
        const byte = position < length ? view.getUint8(start + position) : 0;
        if (position < length) has++;
        if (column < 4) hi |= byte << (24 - 8 * column);
        else lo |= byte << (56 - 8 * column);
      }
      into.set(at + i, hi >>> 0, (lo | (length > behind ? longer : has)) >>> 0, slot);
    }
  }

  #compare(view: DataView, start: number): void {
    const end = Math.min(this.#common, windowBytes);
    const differ = this.#differ;
    const first = this.#view;
    const firstStart = this.#start;
    let i = 0;
    for (; i + 4 <= end; i += 4) {
      const bits = view.getInt32(start + i) ^ first.getInt32(firstStart + i);
      if (bits !== 0) differ[i >>> 2] = (differ[i >>> 2] as number) | bits;
    }
    for (; i < end; i++) {
      const bits = view.getUint8(start + i) ^ first.getUint8(firstStart + i);
      differ[i >>> 2] = (differ[i >>> 2] as number) | (bits << (24 - 8 * (i & 3)));
    }
  }
}
