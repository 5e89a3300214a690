// A snapshot on its way to become a tree. Blocks are only appended; their order is made at the end, once, because an
// insert for each is what makes a full sync slow. Invariant: a region's last arrival is the one that counts.
import { RegionFields, readBlock } from '../wire/region-fields.ts';
import type { Arena } from './arena.ts';
import { sortByStartKey } from './key-sort.ts';
import { Ranges } from './ranges.ts';
import type { RegionKeys } from './region-keys.ts';
import { RegionTable } from './region-table.ts';
import { type RegionLimits, RegionTree } from './region-tree.ts';
import { absent } from './slots.ts';
import { joined } from './uint64.ts';

/** Arrivals are counted from here in the column for indexes: loaded regions have negative ones. */
const firstArrival = -(2 ** 52);
/** How many slots are looked at between two stops: about a millisecond. */
const pieceSlots = 1 << 12;

/** Two regions of a snapshot overlap, though its leader has them disjoint: it is damaged. */
export class OverlapError extends Error {
  override name = 'OverlapError';

  constructor(id: bigint, other: bigint) {
    super(`the regions ${id} and ${other} of one snapshot overlap`);
  }
}

export class RegionLoad {
  readonly #limits: RegionLimits;
  readonly #table: RegionTable;
  readonly #fields: RegionFields = new RegionFields();
  #arrivals = 0;

  constructor(limits: RegionLimits) {
    this.#limits = limits;
    this.#table = new RegionTable(limits);
  }

  /** How many regions have come, each id once. */
  get size(): number {
    return this.#table.size;
  }

  /** Where the runs are: the last one at lastOffset of lastPage. The store pins the page until it has read it. */
  get arena(): Arena {
    return this.#table.arena;
  }

  /** Takes the run bytes[start, end) over. After an error (WireError, ArenaFullError) the load can't be finished. */
  append(bytes: Uint8Array, start: number, end: number): void {
    const table = this.#table;
    const fields = this.#fields;
    table.arena.append(bytes, start, end);
    const page = table.arena.lastPage;
    const memory = table.arena.bytes(page);
    const stop = table.arena.lastOffset + end - start;
    for (let at = table.arena.lastOffset; at < stop; ) {
      const next = readBlock(memory, at, stop, fields);
      const earlier = table.find(fields.idLo, fields.idHi);
      if (earlier !== absent) table.remove(earlier);
      const slot = table.addPlaced(page, at, next, fields);
      table.slots.setRecord(slot, firstArrival + this.#arrivals++, 0, 0);
      at = next;
    }
  }

  /**
   * Orders what has come, once, and returns the tree; `next` is the index that follows the snapshot. Stops after each
   * bounded piece: a million regions in random order take about a second. Regions that overlap are an OverlapError
   * from a leader that has them disjoint; else it is as if they were put in the order they came.
   */
  *finish(next: number, overlaps: 'refuse' | 'later stays'): Generator<void, RegionTree> {
    const table = this.#table;
    const slots = new Int32Array(table.size);
    for (let slot = 0; slot < slots.length; slot++) slots[slot] = slot;
    if (!(yield* isSorted(table.keys, slots))) yield* sortByStartKey(table.keys, slots);
    const ranges = new Ranges(table.keys);
    const contested = yield* this.#appendDisjoint(slots, ranges, overlaps === 'refuse');
    yield* this.#settle(contested, ranges);
    return new RegionTree(this.#limits, { table, ranges, next });
  }

  /** Appends the sorted slots that overlap no other one to the order, and returns those that do. */
  *#appendDisjoint(slots: Int32Array, ranges: Ranges, isRefused: boolean): Generator<void, number[]> {
    const { keys } = this.#table;
    const contested: number[] = [];
    let disjoint = 0;
    /** The slot whose range ends last, and whether it is contested already; else it is the last disjoint one. */
    let reach = absent;
    let isReachContested = false;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] as number;
      if (reach !== absent && keys.reachesInto(reach, slot)) {
        if (isRefused) throw new OverlapError(this.#id(reach), this.#id(slot));
        if (!isReachContested) contested.push(slots[--disjoint] as number);
        contested.push(slot);
        isReachContested = true;
        if (keys.endsLater(slot, reach)) reach = slot;
      } else {
        slots[disjoint++] = slot;
        reach = slot;
        isReachContested = false;
      }
      if (i % pieceSlots === pieceSlots - 1) yield;
    }
    ranges.order.append(slots.subarray(0, disjoint));
    return contested;
  }

  /** Puts slots that overlap one another into the order as they came; those they overlap are removed. */
  *#settle(contested: number[], ranges: Ranges): Generator<void, void> {
    const table = this.#table;
    contested.sort((a, b) => table.slots.index(a) - table.slots.index(b));
    for (const [i, slot] of contested.entries()) {
      ranges.settle(slot, (other) => table.remove(other));
      if (i % pieceSlots === pieceSlots - 1) yield;
    }
  }

  #id(slot: number): bigint {
    return joined(this.#table.slots.idLo(slot), this.#table.slots.idHi(slot));
  }
}

/** Whether the slots are in the order of their start keys: the leader sends them so, a PD does not. */
function* isSorted(keys: RegionKeys, slots: Int32Array): Generator<void, boolean> {
  for (let i = 1; i < slots.length; i++) {
    if (keys.compareStarts(slots[i - 1] as number, slots[i] as number) > 0) return false;
    if (i % pieceSlots === 0) yield;
  }
  return true;
}
