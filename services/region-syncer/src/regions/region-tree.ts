// The regions as one role knows them: what is put, whose a key is, what has changed since an index.
// Invariants: the ranges of the regions are disjoint, and the digest is that of the regions, whatever came before.
// What a slot names, and the bytes of its block, hold until the next put() or remove().
import type { RegionFields } from '../wire/region-fields.ts';
import type { Arena, ArenaLimits } from './arena.ts';
import { Capture } from './capture.ts';
import { changedSince } from './changes.ts';
import type { Digest } from './digest.ts';
import { IdList } from './id-list.ts';
import { viewOf } from './key.ts';
import { PdRules, type Verdict } from './pd-rules.ts';
import { Ranges } from './ranges.ts';
import { RegionTable } from './region-table.ts';
import { absent } from './slots.ts';
import { Tombstones } from './tombstones.ts';

/** The bounds of a tree. */
export interface RegionLimits extends ArenaLimits {
  /** How many removed regions are remembered for deltas; when there were more, deltas from before them are refused. */
  readonly tombstones: number;
}

/** What a RegionLoad hands over when a snapshot is complete. */
export interface LoadedRegions {
  readonly table: RegionTable;
  readonly ranges: Ranges;
  /** The index that follows the snapshot: what led to it is not known one by one. */
  readonly next: number;
}

/** What has changed since an index. Who is told it removes the ids first, and then puts the regions. */
export interface RegionDelta {
  /** The regions, in the order of their indexes. To be disposed of. */
  readonly capture: Capture;
  /** The regions that have gone and not come back. */
  readonly removed: IdList;
}

export class RegionTree {
  /** The ids of the regions that the last put(), without its own, or remove() took out. */
  readonly removed: IdList = new IdList();
  readonly #table: RegionTable;
  readonly #ranges: Ranges;
  readonly #rules: PdRules;
  readonly #tombstones: Tombstones;
  /** The index of the record that is being put. */
  #index = 0;
  readonly #evict: (slot: number) => void;

  /** A tree without regions whose first record has index 0, or the regions of a snapshot. */
  constructor(limits: RegionLimits, loaded?: LoadedRegions) {
    this.#table = loaded?.table ?? new RegionTable(limits);
    this.#ranges = loaded?.ranges ?? new Ranges(this.#table.keys);
    this.#rules = new PdRules(this.#table, this.#ranges);
    this.#tombstones = new Tombstones(limits.tombstones, loaded?.next ?? 0);
    this.#evict = (slot) => this.#forget(slot);
  }

  /** How many regions there are. */
  get size(): number {
    return this.#table.size;
  }

  /** The digest of all regions. It changes with them: encode() it to keep it. */
  get digest(): Digest {
    return this.#table.digest;
  }

  /** The arena, for its bytes and to pin what the store is to read. */
  get arena(): Arena {
    return this.#table.arena;
  }

  /**
   * Whether the region that `fields` was read from, in `bytes`, may be put by PD's rules; nothing changes.
   * Its raft term is two unsigned halves, 0 when it is not known.
   */
  check(bytes: Uint8Array, fields: RegionFields, termLo: number, termHi: number): Verdict {
    return this.#rules.check(bytes, fields, termLo, termHi);
  }

  /** The slot of the region that the last check() found newer; `absent` when it accepted. */
  get conflict(): number {
    return this.#rules.conflict;
  }

  /**
   * Puts the region bytes[start, end), which `fields` was read from, with record `index`, whatever is known: it takes
   * the place of what had its id, and removes every region that it overlaps. Those are then in `removed`.
   * `index` never decreases. Throws ArenaFullError, and then nothing has changed.
   */
  put(
    bytes: Uint8Array,
    start: number,
    end: number,
    fields: RegionFields,
    index: number,
    termLo = 0,
    termHi = 0,
  ): void {
    const table = this.#table;
    this.removed.clear();
    this.#index = index;
    let slot = table.find(fields.idLo, fields.idHi);
    if (slot !== absent && this.#ranges.isSame(slot, viewOf(bytes), fields)) {
      table.replace(slot, bytes, start, end, fields);
    } else {
      if (slot === absent) slot = table.add(bytes, start, end, fields);
      else {
        this.#ranges.order.seekSlot(slot);
        table.replace(slot, bytes, start, end, fields);
        this.#ranges.order.remove();
      }
      this.#ranges.settle(slot, this.#evict);
    }
    table.slots.setRecord(slot, index, termLo, termHi);
  }

  /** Removes the region of an id, of two unsigned halves, with record `index`. Returns whether there was one. */
  remove(idLo: number, idHi: number, index: number): boolean {
    const slot = this.#table.find(idLo, idHi);
    if (slot === absent) return false;
    this.removed.clear();
    this.#index = index;
    this.#ranges.withdraw(slot);
    this.#forget(slot);
    return true;
  }

  /** The slot of the region of an id, of two unsigned halves, or `absent`. */
  find(idLo: number, idHi: number): number {
    return this.#table.find(idLo, idHi);
  }

  /** The slot of the region that has `key`, or `absent`. */
  search(key: Uint8Array): number {
    const floor = this.floor(key);
    if (floor === absent) return absent;
    return this.#table.keys.endsBehind(floor, viewOf(key), 0, key.length) ? floor : absent;
  }

  /** The slot of the last region that starts at or before `key`, or `absent`. */
  floor(key: Uint8Array): number {
    return this.#ranges.order.seek(viewOf(key), 0, key.length);
  }

  /** The slot of the region before that of `slot`, whether or not they touch, or `absent`. */
  previous(slot: number): number {
    this.#ranges.order.seekSlot(slot);
    return this.#ranges.order.previous;
  }

  /**
   * Calls `visit` with the slots of the regions that have keys of [start, end), in order, at most `limit` of them;
   * an empty `end` is beyond every key. `visit` must not change the tree, nor look for keys. Returns how many there
   * were.
   */
  scan(start: Uint8Array, end: Uint8Array, limit: number, visit: (slot: number) => void): number {
    const { order } = this.#ranges;
    const { keys } = this.#table;
    const endView = new DataView(end.buffer, end.byteOffset, end.byteLength);
    let slot = this.search(start);
    if (slot === absent) slot = order.step();
    let count = 0;
    for (; slot !== absent && count < limit; slot = order.step()) {
      if (!keys.startsBefore(slot, endView, 0, end.length)) break;
      visit(slot);
      count++;
    }
    return count;
  }

  /** The memory that the block of `slot` lies in, from start(slot) to end(slot). */
  bytes(slot: number): Uint8Array {
    return this.#table.bytes(slot);
  }

  /** Where the block of `slot` begins in bytes(slot). */
  start(slot: number): number {
    return this.#table.start(slot);
  }

  /** Where the block of `slot` ends in bytes(slot). */
  end(slot: number): number {
    return this.#table.end(slot);
  }

  /** The index of the record that put the region of `slot`; negative when it came with a snapshot. */
  index(slot: number): number {
    return this.#table.slots.index(slot);
  }

  /** All regions as they are now, in key order. To be disposed of. */
  capture(): Capture {
    const slots = new Int32Array(this.size);
    this.#ranges.order.copyTo(slots);
    return Capture.ofAll(this.#table, slots);
  }

  /** The first index that captureSince() answers. */
  get deltaFloor(): number {
    return this.#tombstones.floor;
  }

  /** What records from `index` on have changed. Throws RangeError when `index` is below deltaFloor. */
  captureSince(index: number): RegionDelta {
    if (index < this.deltaFloor) {
      throw new RangeError(
        `captureSince: index ${index} is below ${this.deltaFloor}, the first that is known`,
      );
    }
    const removed = new IdList();
    this.#tombstones.each(index, (idLo, idHi) => {
      if (this.find(idLo, idHi) === absent) removed.push(idLo, idHi);
    });
    return { capture: Capture.of(this.#table, changedSince(this.#table.slots, index)), removed };
  }

  #forget(slot: number): void {
    const idLo = this.#table.slots.idLo(slot);
    const idHi = this.#table.slots.idHi(slot);
    this.removed.push(idLo, idHi);
    this.#tombstones.add(idLo, idHi, this.#index);
    this.#table.remove(slot);
  }
}
