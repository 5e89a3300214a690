// A picture of regions at one point in time, to be read piece by piece while the tree goes on: for a snapshot, a delta
// or a checkpoint. It costs 14 bytes a region and some milliseconds for a million. Invariant: until it is disposed of,
// the blocks it shows stay as they were, because their pages are pinned.
import { type Arena, noPage } from './arena.ts';
import type { RegionTable } from './region-table.ts';
import { newPlaces, type Places, type Slots } from './slots.ts';

export class Capture {
  /** How many regions it shows. */
  readonly count: number;
  /** Bytes of all their blocks. */
  readonly totalBytes: number;
  readonly #arena: Arena;
  readonly #pinned: number[];
  readonly #places: Places;
  /** The elements of #places in the order to be read. */
  readonly #order: Int32Array;
  #position = 0;
  #runCount = 0;
  #runBytes = 0;
  #isDisposed = false;

  /** All regions of `table`, in the order of `slots`, which are all of its slots. */
  static ofAll(table: RegionTable, slots: Int32Array): Capture {
    return new Capture(table.arena, table.slots.places(), slots, table.arena.liveBytes);
  }

  /** The regions of `table` that are in `slots`, in their order. */
  static of(table: RegionTable, slots: Int32Array): Capture {
    const places = pickedPlaces(table.slots, slots);
    const order = new Int32Array(slots.length);
    let bytes = 0;
    for (let i = 0; i < order.length; i++) {
      order[i] = i;
      bytes += places.length[i] as number;
    }
    return new Capture(table.arena, places, order, bytes);
  }

  private constructor(arena: Arena, places: Places, order: Int32Array, totalBytes: number) {
    this.#arena = arena;
    this.#places = places;
    this.#order = order;
    this.count = order.length;
    this.totalBytes = totalBytes;
    this.#pinned = pagesOf(places);
    for (const page of this.#pinned) arena.pin(page);
  }

  /** How many regions were read so far. */
  get position(): number {
    return this.#position;
  }

  /** Bytes of the run that next() chose. */
  get runBytes(): number {
    return this.#runBytes;
  }

  /**
   * Chooses the next run, of at most `maxRegions` blocks and `maxBytes`, but at least one block while there is any.
   * Returns how many blocks: 0 at the end. Its bytes are runBytes; fill() reads it.
   */
  next(maxBytes: number, maxRegions: number): number {
    const { length } = this.#places;
    const most = Math.min(this.count, this.#position + maxRegions);
    let bytes = 0;
    let at = this.#position;
    for (; at < most; at++) {
      const block = length[this.#order[at] as number] as number;
      if (bytes + block > maxBytes && at > this.#position) break;
      bytes += block;
    }
    this.#runBytes = bytes;
    this.#runCount = at - this.#position;
    return this.#runCount;
  }

  /** Writes the run that next() chose to `target` at `at`, where there are runBytes, and goes on behind it. */
  fill(target: Uint8Array, at: number): void {
    if (this.#isDisposed) throw new Error('fill: the capture was disposed of');
    const { page, offset, length } = this.#places;
    const end = this.#position + this.#runCount;
    let to = at;
    let stretchPage = -1;
    let stretchStart = 0;
    let stretchEnd = 0;
    for (let i = this.#position; i < end; i++) {
      const place = this.#order[i] as number;
      if (page[place] !== stretchPage || offset[place] !== stretchEnd) {
        to = this.#copy(stretchPage, stretchStart, stretchEnd, target, to);
        stretchPage = page[place] as number;
        stretchStart = stretchEnd = offset[place] as number;
      }
      stretchEnd += length[place] as number;
    }
    this.#copy(stretchPage, stretchStart, stretchEnd, target, to);
    this.#position = end;
    this.#runCount = this.#runBytes = 0;
  }

  /** Lets go of the blocks. Nothing can be read after it; to do it again is nothing. */
  [Symbol.dispose](): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    for (const page of this.#pinned) this.#arena.unpin(page);
  }

  #copy(page: number, start: number, end: number, target: Uint8Array, to: number): number {
    if (start < end) target.set(this.#arena.bytes(page).subarray(start, end), to);
    return to + end - start;
  }
}

function pickedPlaces(slots: Slots, picked: Int32Array): Places {
  const places = newPlaces(picked.length);
  for (let i = 0; i < picked.length; i++) {
    const slot = picked[i] as number;
    places.page[i] = slots.page(slot);
    places.offset[i] = slots.offset(slot);
    places.length[i] = slots.length(slot);
  }
  return places;
}

/** The pages that any of the blocks lies in, each once. */
function pagesOf({ page }: Places): number[] {
  const has = new Uint8Array(noPage);
  const pages: number[] = [];
  for (let i = 0; i < page.length; i++) {
    const number = page[i] as number;
    if (number === noPage || has[number] === 1) continue;
    has[number] = 1;
    pages.push(number);
  }
  return pages;
}
