// What a session has said and running does not show yet: the last operation on each leaf, in the order in which
// the leaves came up first. Memory is bounded by distinct leaves, not by messages.
// Invariant: for each leaf the operation that came last in the stream decides (datastore.md 6.5, 4).
import { grown } from './columns.ts';
import type { Block, Slab } from './slab.ts';

/** A replace window is the device's whole tree and sweeps what it lacks; a merge window is what changed since. */
export type WindowKind = 'replace' | 'merge';

/** The length of a row that removes its leaf. */
export const removal = -1;

/** Counts on the wire have 32 bits: one that grows beyond stays at this. */
export const largestCount = 0xffffffff;

/** The block of a row whose value was spilled. */
export const onDisk: Block = 0xffffffff;

export class Window {
  readonly kind: WindowKind;
  epoch: number;
  /** Rows, one a leaf. */
  count = 0;
  leaf: Uint32Array = new Uint32Array(64);
  block: Uint32Array = new Uint32Array(64);
  length: Int32Array = new Int32Array(64);
  timeLow: Uint32Array = new Uint32Array(64);
  timeHigh: Uint32Array = new Uint32Array(64);
  /** Values that this row's value replaced, here or in the device. */
  swallowed: Uint32Array = new Uint32Array(64);
  /** Items (updates and deletes) that take effect with this window's commit. */
  items = 0;
  /** Bytes of the values in memory. */
  bytes = 0;
  /** Rows whose value is on disk: their block is `onDisk`. */
  spilled = 0;
  /** The device's tree is complete: sync_response was read. */
  sealed = false;
  /** Subtrees that must not be swept because something in them could not be read; 'all' when that is unknown. */
  spared: Uint8Array[] | 'all' = [];
  #rowOf: Int32Array = new Int32Array(512);
  #seen: Uint32Array = new Uint32Array(16);
  #slab: Slab;

  constructor(kind: WindowKind, epoch: number, slab: Slab) {
    this.kind = kind;
    this.epoch = epoch;
    this.#slab = slab;
  }

  /** Nothing is in it. An atomic notification without updates is no item, yet it has rows. */
  get isEmpty(): boolean {
    return this.items === 0 && this.count === 0;
  }

  /** The row of `leaf`, or -1. */
  row(leaf: number): number {
    return leaf < this.#rowOf.length ? (this.#rowOf[leaf] as number) - 1 : -1;
  }

  /** True when the device has reported `leaf` in this window, or may have; a row may say that it went again. */
  hasSeen(leaf: number): boolean {
    return ((this.#seen[leaf >>> 5] ?? 0) & (1 << (leaf & 31))) !== 0;
  }

  /** Notes that the device still reports `leaf` with the value that running has. */
  see(leaf: number): void {
    this.items++;
    this.#mark(leaf);
  }

  /** The leaf gets buf[start, end). Gives the number of items it supersedes: 0 or 1. Throws SlabFullError, and changes nothing then. */
  set(
    leaf: number,
    buf: Uint8Array,
    start: number,
    end: number,
    timeLow: number,
    timeHigh: number,
    swallowed: number,
  ): number {
    const block = this.#slab.store(buf, start, end);
    const known = this.row(leaf);
    const row = known >= 0 ? known : this.#add(leaf);
    let superseded = 0;
    let lost = swallowed;
    if (known >= 0 && this.length[row] !== removal) {
      superseded = 1;
      lost += (this.swallowed[row] as number) + 1;
      this.#release(row);
    }
    this.block[row] = block;
    this.length[row] = end - start;
    this.timeLow[row] = timeLow;
    this.timeHigh[row] = timeHigh;
    this.swallowed[row] = Math.min(lost, largestCount);
    this.bytes += end - start;
    this.items += 1 - superseded;
    if (this.kind === 'replace') this.#mark(leaf);
    return superseded;
  }

  /** The leaf is not swept, although the device may not have reported it: what it said there could not be read. */
  spare(leaf: number): void {
    this.#mark(leaf);
  }

  /** The leaf goes. Gives the number of items it supersedes; the delete itself is counted by countItem(). */
  remove(leaf: number, timeLow: number, timeHigh: number): number {
    const known = this.row(leaf);
    const row = known >= 0 ? known : this.#add(leaf);
    let superseded = 0;
    if (known >= 0 && this.length[row] !== removal) {
      superseded = 1;
      this.#release(row);
    }
    this.length[row] = removal;
    this.timeLow[row] = timeLow;
    this.timeHigh[row] = timeHigh;
    this.swallowed[row] = 0;
    this.items -= superseded;
    return superseded;
  }

  /** Counts an item that has no row of its own: a delete, however many leaves it removed. */
  countItem(): void {
    this.items++;
  }

  /** Takes over a row's value; the window forgets its block. */
  surrender(row: number): Block {
    const block = this.block[row] as Block;
    this.bytes -= this.length[row] as number;
    this.length[row] = removal;
    return block;
  }

  /** Empties the window so that it can be filled again, giving back the blocks it still holds. */
  clear(): void {
    for (let row = 0; row < this.count; row++) {
      if ((this.length[row] as number) >= 0) this.#release(row);
      this.#rowOf[this.leaf[row] as number] = 0;
    }
    this.count = this.items = this.bytes = this.spilled = 0;
  }

  /** Frees the memory of a row whose value has been written to disk. */
  spill(row: number): void {
    this.#release(row);
    this.block[row] = onDisk;
    this.spilled++;
  }

  #add(leaf: number): number {
    const row = this.count++;
    if (row >= this.leaf.length) this.#reserve(row + 1);
    this.#rowOf = grown(this.#rowOf, leaf + 1);
    this.#rowOf[leaf] = row + 1;
    this.leaf[row] = leaf;
    return row;
  }

  #release(row: number): void {
    if (this.block[row] === onDisk) {
      this.spilled--;
      return;
    }
    const length = this.length[row] as number;
    this.#slab.free(this.block[row] as Block, length);
    this.bytes -= length;
  }

  #mark(leaf: number): void {
    this.#seen = grown(this.#seen, (leaf >>> 5) + 1);
    this.#seen[leaf >>> 5] = (this.#seen[leaf >>> 5] as number) | (1 << (leaf & 31));
  }

  #reserve(rows: number): void {
    this.leaf = grown(this.leaf, rows);
    this.block = grown(this.block, rows);
    this.length = grown(this.length, rows);
    this.timeLow = grown(this.timeLow, rows);
    this.timeHigh = grown(this.timeHigh, rows);
    this.swallowed = grown(this.swallowed, rows);
  }
}
