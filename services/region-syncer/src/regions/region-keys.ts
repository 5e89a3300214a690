// The keys of the regions in their slots, compared where they lie in the arena.
// A range is [start key, end key); an empty end key is beyond every key.
import type { Arena } from './arena.ts';
import { compareKeys } from './key.ts';
import type { Slots } from './slots.ts';

export class RegionKeys {
  readonly #arena: Arena;
  readonly #slots: Slots;

  constructor(arena: Arena, slots: Slots) {
    this.#arena = arena;
    this.#slots = slots;
  }

  /** The memory that the keys of `slot` lie in. */
  view(slot: number): DataView {
    return this.#arena.view(this.#slots.page(slot));
  }

  /** Where the start key of `slot` begins in view(slot). */
  start(slot: number): number {
    return this.#slots.startKey(slot);
  }

  /** Bytes of the start key of `slot`. */
  startLength(slot: number): number {
    return this.#slots.startKeyLength(slot);
  }

  /** Where the end key of `slot` begins in view(slot). */
  end(slot: number): number {
    return this.#slots.endKey(slot);
  }

  /** Bytes of the end key of `slot`; 0: it has no end. */
  endLength(slot: number): number {
    return this.#slots.endKeyLength(slot);
  }

  /** Compares the start key of `slot` with a key, as compareKeys() does. */
  compareStart(slot: number, key: DataView, keyStart: number, keyLength: number, known = 0): number {
    const view = this.view(slot);
    return compareKeys(view, this.start(slot), this.startLength(slot), key, keyStart, keyLength, known);
  }

  /** Compares the start keys of two slots, as compareKeys() does. */
  compareStarts(slot: number, other: number, known = 0): number {
    return this.compareStart(slot, this.view(other), this.start(other), this.startLength(other), known);
  }

  /** Whether `slot` has keys at or behind a key: its range ends beyond it. */
  endsBehind(slot: number, key: DataView, keyStart: number, keyLength: number): boolean {
    const length = this.endLength(slot);
    if (length === 0) return true;
    return compareKeys(this.view(slot), this.end(slot), length, key, keyStart, keyLength, 0) > 0;
  }

  /** Whether `slot` has keys before an end key, which may be empty: its range begins before it. */
  startsBefore(slot: number, endKey: DataView, keyStart: number, keyLength: number): boolean {
    return keyLength === 0 || this.compareStart(slot, endKey, keyStart, keyLength) < 0;
  }

  /** Whether the range of `slot` reaches beyond the start of `next`'s, which begins at or behind its own. */
  reachesInto(slot: number, next: number): boolean {
    return this.endsBehind(slot, this.view(next), this.start(next), this.startLength(next));
  }

  /** Whether the range of `slot` ends behind that of `other`. */
  endsLater(slot: number, other: number): boolean {
    const length = this.endLength(other);
    return length > 0 && this.endsBehind(slot, this.view(other), this.end(other), length);
  }
}
