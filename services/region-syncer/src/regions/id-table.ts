// Region id → slot, by open addressing with linear probing. It is cut into 256 tables that grow one by one, so that
// no insert waits for a million others to be moved. Invariant: no table is more than three quarters full.
import { absent, type Slots } from './slots.ts';

const tableBits = 8;
const smallestTable = 16;

/** One of the tables: pairs of an id's hash and its slot plus 1; 0 there means unused. */
class Table {
  entries: Uint32Array = new Uint32Array(2 * smallestTable);
  size = 0;
}

/** Spreads an id over 32 bits: the upper ones choose the table, the lower ones the place in it. */
function spread(lo: number, hi: number): number {
  let h = Math.imul(lo ^ Math.imul(hi, 0x9e3779b1), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 13), 0x27d4eb2f);
  return (h ^ (h >>> 16)) >>> 0;
}

export class IdTable {
  readonly #slots: Slots;
  readonly #tables: Table[] = Array.from({ length: 1 << tableBits }, () => new Table());
  #size = 0;

  /** `slots` has the ids of the slots that are added here. */
  constructor(slots: Slots) {
    this.#slots = slots;
  }

  /** How many ids there are. */
  get size(): number {
    return this.#size;
  }

  /** The slot of the id of two unsigned halves, or `absent`. */
  find(lo: number, hi: number): number {
    const hash = spread(lo, hi);
    const { entries } = this.#table(hash);
    const mask = entries.length / 2 - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = (entries[2 * at + 1] as number) - 1;
      if (slot === absent) return absent;
      if (entries[2 * at] === hash && this.#slots.idLo(slot) === lo && this.#slots.idHi(slot) === hi)
        return slot;
    }
  }

  /** Adds `slot`, whose id is not there yet. */
  add(slot: number): void {
    const hash = spread(this.#slots.idLo(slot), this.#slots.idHi(slot));
    const table = this.#table(hash);
    table.size++;
    this.#size++;
    if (table.size * 8 > table.entries.length * 3) double(table);
    place(table.entries, hash, slot + 1);
  }

  /** Takes out `slot`, which is there. Later entries of its run move up, so that no tombstone is left. */
  remove(slot: number): void {
    const hash = spread(this.#slots.idLo(slot), this.#slots.idHi(slot));
    const table = this.#table(hash);
    const { entries } = table;
    const mask = entries.length / 2 - 1;
    let hole = hash & mask;
    while (entries[2 * hole + 1] !== slot + 1) hole = (hole + 1) & mask;
    for (let at = (hole + 1) & mask; entries[2 * at + 1] !== 0; at = (at + 1) & mask) {
      const home = (entries[2 * at] as number) & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      entries[2 * hole] = entries[2 * at] as number;
      entries[2 * hole + 1] = entries[2 * at + 1] as number;
      hole = at;
    }
    entries[2 * hole + 1] = 0;
    table.size--;
    this.#size--;
  }

  #table(hash: number): Table {
    return this.#tables[hash >>> (32 - tableBits)] as Table;
  }
}

function double(table: Table): void {
  const old = table.entries;
  table.entries = new Uint32Array(2 * old.length);
  for (let i = 0; i < old.length; i += 2) {
    if (old[i + 1] !== 0) place(table.entries, old[i] as number, old[i + 1] as number);
  }
}

/** Puts an entry into the first unused place from where its probe begins. */
function place(entries: Uint32Array, hash: number, value: number): void {
  const mask = entries.length / 2 - 1;
  let at = hash & mask;
  while (entries[2 * at + 1] !== 0) at = (at + 1) & mask;
  entries[2 * at] = hash;
  entries[2 * at + 1] = value;
}
