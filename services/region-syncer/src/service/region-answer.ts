// The answers of region reads, written field by field. Invariant: none grows beyond its bound.

import { GetRegionResponse, ResponseHeader } from '@syncline/proto/pdpb.ts';
import { ByteWriter } from '@syncline/protobuf/byte-writer.ts';
import type { RegionLayout, RegionView } from './region-view.ts';

/** An answer would be larger than it may be. */
export class AnswerTooLargeError extends Error {
  override name = 'AnswerTooLargeError';

  constructor(regions: number, maxBytes: number) {
    super(`${regions} regions are all that fit into ${maxBytes} bytes`);
  }
}

const header = 1;
/** pdpb.GetRegionResponse. */
const single: RegionLayout = { region: 2, leader: 3, down: 5, pending: 6, buckets: 7, emptyLeader: false };
/** pdpb.Region. */
const listed: RegionLayout = { region: 1, leader: 2, down: 3, pending: 4, buckets: 5, emptyLeader: true };

/** pdpb.GetRegionResponse; without a view its header alone. */
export function singleAnswer(head: ResponseHeader, view?: RegionView): Uint8Array {
  if (view === undefined)
    return GetRegionResponse.encode(GetRegionResponse.create({ header: head })).finish();
  const out = beginning(head, 1024);
  view.write(out, single);
  return out.view();
}

/** A response with a list of regions, while it is written. */
export class RegionList {
  readonly #out: ByteWriter;
  readonly #region = new ByteWriter(1024);
  readonly #maxBytes: number;
  #count = 0;

  constructor(head: ResponseHeader, maxBytes: number) {
    this.#out = beginning(head, 64 * 1024);
    this.#maxBytes = maxBytes;
  }

  /** How many regions it has. */
  get count(): number {
    return this.#count;
  }

  /** The message; true until the next region is added. */
  get bytes(): Uint8Array {
    return this.#out.view();
  }

  /** Adds what `view` shows to a pdpb.BatchScanRegionsResponse. Throws AnswerTooLargeError. */
  add(view: RegionView): void {
    this.#addRegion(view, 2);
    this.#bounded();
  }

  /** Adds it to a pdpb.ScanRegionsResponse, which has everything twice. Throws AnswerTooLargeError. */
  addTwice(view: RegionView): void {
    view.writeRegion(this.#out, 2);
    view.writeLeader(this.#out, 3);
    this.#addRegion(view, 4);
    this.#bounded();
  }

  #addRegion(view: RegionView, number: number): void {
    this.#region.clear();
    view.write(this.#region, listed);
    this.#out.content(number, this.#region.bytes, 0, this.#region.length);
  }

  #bounded(): void {
    if (this.#out.length > this.#maxBytes) throw new AnswerTooLargeError(this.#count, this.#maxBytes);
    this.#count += 1;
  }
}

function beginning(head: ResponseHeader, capacity: number): ByteWriter {
  const out = new ByteWriter(capacity);
  const encoded = ResponseHeader.encode(head).finish();
  out.content(header, encoded, 0, encoded.length);
  return out;
}
