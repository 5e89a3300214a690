// Open addressing with linear probing over dense ids: the hash table under ByteMap and PathTree. It stores
// ids and their hashes and knows nothing of keys; who probes compares. Invariant: at most half full.
import { grown } from './columns.ts';

/** What an unused slot holds, and what a probe that fails gives. */
export const absent = -1;

export class SlotTable {
  #slots: Int32Array = new Int32Array(1024).fill(absent);
  #hash: Int32Array = new Int32Array(512);
  #size = 0;

  /** How many ids are in the table. */
  get size(): number {
    return this.#size;
  }

  /** The slot at which a probe for `hash` begins. */
  first(hash: number): number {
    return hash & (this.#slots.length - 1);
  }

  /** The slot after `slot`. */
  after(slot: number): number {
    return (slot + 1) & (this.#slots.length - 1);
  }

  /** The id in `slot`, or `absent`, which ends the probe. */
  at(slot: number): number {
    return this.#slots[slot] as number;
  }

  /** The hash that `id` was added with. */
  hash(id: number): number {
    return this.#hash[id] as number;
  }

  /** Adds an id that is not in the table. */
  add(id: number, hash: number): void {
    this.#hash = grown(this.#hash, id + 1);
    this.#hash[id] = hash;
    this.#size++;
    if (this.#size * 2 > this.#slots.length) this.#double();
    this.#place(id);
  }

  /** Takes out an id that is in the table. Later ids of the same run move up, so that no tombstone is left. */
  remove(id: number): void {
    const mask = this.#slots.length - 1;
    let hole = (this.#hash[id] as number) & mask;
    while (this.#slots[hole] !== id) hole = (hole + 1) & mask;
    for (let slot = (hole + 1) & mask; ; slot = (slot + 1) & mask) {
      const moved = this.#slots[slot] as number;
      if (moved === absent) break;
      const home = (this.#hash[moved] as number) & mask;
      if (((slot - home) & mask) >= ((slot - hole) & mask)) {
        this.#slots[hole] = moved;
        hole = slot;
      }
    }
    this.#slots[hole] = absent;
    this.#size--;
  }

  /** Takes out everything. */
  clear(): void {
    this.#slots = new Int32Array(1024).fill(absent);
    this.#size = 0;
  }

  #place(id: number): void {
    const mask = this.#slots.length - 1;
    let slot = (this.#hash[id] as number) & mask;
    while (this.#slots[slot] !== absent) slot = (slot + 1) & mask;
    this.#slots[slot] = id;
  }

  #double(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 2).fill(absent);
    for (const id of old) if (id !== absent) this.#place(id);
  }
}
