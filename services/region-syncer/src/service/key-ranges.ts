// The ranges of a BatchScanRegions: ascending and disjoint, or the whole request is refused. A range is [start, end);
// an empty end is beyond every key.

import type { KeyRange } from '@syncline/proto/pdpb.ts';

/** Ranges that cannot be scanned; the message is PD's. */
export class KeyRangeError extends Error {
  override name = 'KeyRangeError';
}

/** A part of a range that no region has, in PD's words. */
export class KeyHoleError extends Error {
  override name = 'KeyHoleError';

  constructor(range: KeyRange, hole: string) {
    super(`[PD:region:ErrRegionNotAdjacent]key range${rangeText(range)} found a hole region ${hole}`);
  }
}

/** The ranges, those joined that touch. Throws KeyRangeError. PD takes what follows a range without an end; it overlaps. */
export function mergedRanges(ranges: readonly KeyRange[]): KeyRange[] {
  const merged: KeyRange[] = [];
  let before: KeyRange | undefined;
  for (const range of ranges) {
    const { startKey, endKey } = range;
    const order = before && Buffer.compare(startKey, before.endKey);
    if (order !== undefined && (order < 0 || before?.endKey.length === 0))
      throw new KeyRangeError('invalid key range, ranges overlapped');
    if (endKey.length > 0 && Buffer.compare(startKey, endKey) > 0)
      throw new KeyRangeError('invalid key range, start key > end key');
    const last = merged.at(-1);
    if (last !== undefined && order === 0) last.endKey = endKey;
    else merged.push({ startKey, endKey });
    before = range;
  }
  return merged;
}

/** Follows the regions of one range, in order, and finds what lies between them. */
export class Cover {
  readonly #range: KeyRange;
  /** Up to here all is covered; undefined: to the end of the key space. */
  #end: Uint8Array | undefined;
  #last: KeyRange;

  constructor(range: KeyRange) {
    this.#range = range;
    this.#end = range.startKey;
    this.#last = { startKey: new Uint8Array(0), endKey: range.startKey };
  }

  /** The next region. Throws KeyHoleError when it does not begin where the ones before end. */
  add(start: Uint8Array, end: Uint8Array): void {
    const region = { startKey: new Uint8Array(start), endKey: new Uint8Array(end) };
    if (this.#end !== undefined && Buffer.compare(start, this.#end) > 0) {
      const between = `between region${rangeText(this.#last)} and region${rangeText(region)}`;
      throw new KeyHoleError(this.#range, between);
    }
    this.#end = region.endKey.length === 0 ? undefined : region.endKey;
    this.#last = region;
  }

  /** There is no further region. Throws KeyHoleError when the range goes on. */
  finish(): void {
    const { endKey } = this.#range;
    if (this.#end === undefined || (endKey.length > 0 && Buffer.compare(this.#end, endKey) >= 0)) return;
    const missing = rangeText({ startKey: this.#end, endKey });
    throw new KeyHoleError(
      this.#range,
      `in the last, the last scanned region is ${rangeText(this.#last)}, ${missing} is missing`,
    );
  }
}

function rangeText({ startKey, endKey }: KeyRange): string {
  return `[${Buffer.from(startKey).toString('hex')}, ${Buffer.from(endKey).toString('hex')})`;
}
