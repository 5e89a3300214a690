// Where the four parallel lists of a frame lie: regions, region_stats, region_leaders, buckets. Protobuf lets a
// message's fields come in any order; a Syncline writes a region's four elements back to back, a PD list after list.
import { Cursor } from '@syncline/protobuf/cursor.ts';
import { WireError } from '@syncline/protobuf/wire-error.ts';
import { frameField } from './frame-tags.ts';

/** The lists by their place in a block. */
export const list = { regions: 0, stats: 1, leaders: 2, buckets: 3 } as const;

export type List = (typeof list)[keyof typeof list];

const fieldOf = [frameField.regions, frameField.stats, frameField.leaders, frameField.buckets] as const;

export const listName = ['regions', 'region_stats', 'region_leaders', 'buckets'] as const;

export type ListName = (typeof listName)[number];

/** The list that a field of a frame is an element of. */
export function listOf(field: number): List | undefined {
  switch (field) {
    case frameField.regions:
      return list.regions;
    case frameField.stats:
      return list.stats;
    case frameField.leaders:
      return list.leaders;
    case frameField.buckets:
      return list.buckets;
    default:
      return undefined;
  }
}

/** Filled while the fields of one frame are passed over, in their order. */
export class FrameLists {
  readonly #counts: [number, number, number, number] = [0, 0, 0, 0];
  readonly #firsts: [number, number, number, number] = [0, 0, 0, 0];

  /** The element of a list whose tag is at `start`. Throws WireError when the list has more than `most`. */
  add(which: List, start: number, most: number): void {
    if (this.#counts[which] === most) throw new WireError(listName[which], `are more than ${most}`);
    if (this.#counts[which]++ === 0) this.#firsts[which] = start;
  }

  get isEmpty(): boolean {
    return this.#counts.every((count) => count === 0);
  }

  count(which: List): number {
    return this.#counts[which];
  }

  /** Those that are not as long as that of the regions, which each is to be. */
  get unmatched(): ListName[] {
    return listName.filter((_, which) => this.#counts[which] !== this.#counts[list.regions]);
  }

  /** Where the list's first element begins; it may be looked for from there on. */
  first(which: List): number {
    return this.#firsts[which];
  }
}

/** The elements of one list, in their order. */
export class ListWalk {
  /** The content of the present element is [start, stop); empty behind the last one. */
  start = 0;
  stop = 0;
  readonly #cursor: Cursor;
  readonly #field: number;
  #left: number;

  /** `length`: how many elements are walked, at most as many as there are. */
  constructor(message: Uint8Array, lists: FrameLists, which: List, length: number) {
    this.#cursor = new Cursor().over(message, lists.first(which), message.length);
    this.#field = fieldOf[which];
    this.#left = length;
  }

  /** Goes to the next element. What lies between two elements has been read before and is passed over. */
  next(): void {
    const at = this.#cursor;
    if (this.#left === 0) {
      this.start = this.stop = 0;
      return;
    }
    this.#left--;
    for (;;) {
      const tag = at.tag('frame');
      at.skip(tag, 'frame');
      if (tag >>> 3 !== this.#field) continue;
      this.start = at.start;
      this.stop = at.stop;
      return;
    }
  }
}
