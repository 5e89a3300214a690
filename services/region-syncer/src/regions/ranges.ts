// Which region has which keys. Invariant: the ranges that are in the order do not overlap; who comes last stays.
import { compareKeys } from './key.ts';
import { Order } from './order.ts';
import type { RegionKeys } from './region-keys.ts';
import { absent } from './slots.ts';

/** A range, as two positions in the same bytes; an end of no length is beyond every key. */
export interface RangeFields {
  readonly startKey: number;
  readonly startKeyLength: number;
  readonly endKey: number;
  readonly endKeyLength: number;
}

export class Ranges {
  readonly order: Order;
  readonly #keys: RegionKeys;

  constructor(keys: RegionKeys) {
    this.#keys = keys;
    this.order = new Order(keys);
  }

  /** Goes to the first region that has a key of `range`, in `view`, and returns its slot or `absent`. */
  seekOverlap(view: DataView, range: RangeFields): number {
    return this.#seekOverlap(view, range.startKey, range.startKeyLength, range.endKey, range.endKeyLength);
  }

  /** Goes from a region that has a key of `range` to the next one, and returns its slot or `absent`. */
  nextOverlap(view: DataView, range: RangeFields): number {
    const next = this.order.next;
    if (next === absent || !this.#keys.startsBefore(next, view, range.endKey, range.endKeyLength))
      return absent;
    return this.order.step();
  }

  /** Whether `slot` has exactly the keys of `range`. */
  isSame(slot: number, view: DataView, range: RangeFields): boolean {
    const keys = this.#keys;
    const endLength = keys.endLength(slot);
    return (
      endLength === range.endKeyLength &&
      keys.compareStart(slot, view, range.startKey, range.startKeyLength) === 0 &&
      compareKeys(keys.view(slot), keys.end(slot), endLength, view, range.endKey, endLength, 0) === 0
    );
  }

  /** Puts `slot` in, which is not there. Those it overlaps leave the order, and are then handed to `evict`. */
  settle(slot: number, evict: (slot: number) => void): void {
    const keys = this.#keys;
    const order = this.order;
    const view = keys.view(slot);
    const end = keys.end(slot);
    const endLength = keys.endLength(slot);
    const first = this.#seekOverlap(view, keys.start(slot), keys.startLength(slot), end, endLength);
    if (first === absent) {
      order.insert(slot);
      return;
    }
    order.replace(slot);
    evict(first);
    for (let next = order.next; next !== absent; next = order.next) {
      if (!keys.startsBefore(next, view, end, endLength)) return;
      order.step();
      order.remove();
      evict(next);
    }
  }

  /** Takes out `slot`, which is there. */
  withdraw(slot: number): void {
    this.order.seekSlot(slot);
    this.order.remove();
  }

  #seekOverlap(view: DataView, start: number, startLength: number, end: number, endLength: number): number {
    const floor = this.order.seek(view, start, startLength);
    if (floor !== absent && this.#keys.endsBehind(floor, view, start, startLength)) return floor;
    const next = this.order.next;
    if (next === absent || !this.#keys.startsBefore(next, view, end, endLength)) return absent;
    return this.order.step();
  }
}
