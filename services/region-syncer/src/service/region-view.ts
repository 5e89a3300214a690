// One region as a client is shown it, copied from its block: what a store sent is what a client gets, and nothing of it
// is decoded on the way. One view is used for every region of an answer.

import type { ByteWriter } from '@syncline/protobuf/byte-writer.ts';
import type { ReportedBuckets } from '../cluster/reported-buckets.ts';
import type { RegionTree } from '../regions/region-tree.ts';
import { joined } from '../regions/uint64.ts';
import type { AilingPeers } from '../wire/ailing-peers.ts';
import { RegionFields, readBlock } from '../wire/region-fields.ts';

/** What a region is shown with, beside what its block has. */
export interface Trimmings {
  /** What the region's leader complained of. */
  readonly ailing: (idLo: number, idHi: number) => AilingPeers | undefined;
  /** Newer buckets than those in blocks; undefined shows none at all. */
  readonly buckets: Pick<ReportedBuckets, 'of'> | undefined;
}

/** The numbers of the fields in a message that shows a region. */
export interface RegionLayout {
  readonly region: number;
  readonly leader: number;
  readonly down: number;
  readonly pending: number;
  readonly buckets: number;
  /** Whether a leader that is not known is an empty message instead of none. */
  readonly emptyLeader: boolean;
}

const nothing: Uint8Array = new Uint8Array(0);

export class RegionView {
  readonly #tree: RegionTree;
  readonly #trimmings: Trimmings;
  readonly #fields: RegionFields = new RegionFields();
  #page: Uint8Array = nothing;
  #ailing: AilingPeers | undefined;
  #buckets: Uint8Array = nothing;

  constructor(tree: RegionTree, trimmings: Trimmings) {
    this.#tree = tree;
    this.#trimmings = trimmings;
  }

  /** Shows the region of `slot`, until the tree changes. */
  look(slot: number): void {
    const { idLo, idHi } = this.#read(slot);
    this.#ailing = this.#trimmings.ailing(idLo, idHi);
    this.#buckets = this.#newestBuckets();
  }

  /** The range of the region of `slot` as views, until the tree changes; an empty end is beyond every key. */
  range(slot: number): { readonly start: Uint8Array; readonly end: Uint8Array } {
    const { startKey, startKeyLength, endKey, endKeyLength } = this.#read(slot);
    return {
      start: this.#page.subarray(startKey, startKey + startKeyLength),
      end: this.#page.subarray(endKey, endKey + endKeyLength),
    };
  }

  /** Writes the metapb.Region as field `number`. */
  writeRegion(into: ByteWriter, number: number): void {
    into.content(number, this.#page, this.#fields.regionStart, this.#fields.regionStop);
  }

  /** Writes the leader as field `number`, an empty one when none is known: lists are parallel. */
  writeLeader(into: ByteWriter, number: number): void {
    into.content(number, this.#page, this.#fields.leaderStart, this.#fields.leaderStop);
  }

  /** Writes all that is shown, with the numbers of `layout`. */
  write(into: ByteWriter, layout: RegionLayout): void {
    this.writeRegion(into, layout.region);
    const hasLeader = this.#fields.leaderStop > this.#fields.leaderStart;
    if (hasLeader || layout.emptyLeader) this.writeLeader(into, layout.leader);
    for (const peer of this.#ailing?.down ?? []) into.content(layout.down, peer, 0, peer.length);
    for (const peer of this.#ailing?.pending ?? []) into.content(layout.pending, peer, 0, peer.length);
    const buckets = this.#buckets;
    if (buckets.length > 0) into.content(layout.buckets, buckets, 0, buckets.length);
  }

  #read(slot: number): RegionFields {
    this.#page = this.#tree.bytes(slot);
    readBlock(this.#page, this.#tree.start(slot), this.#tree.end(slot), this.#fields);
    return this.#fields;
  }

  #newestBuckets(): Uint8Array {
    const { buckets } = this.#trimmings;
    if (buckets === undefined) return nothing;
    const { idLo, idHi, bucketVersionLo, bucketVersionHi, bucketsStart, bucketsStop } = this.#fields;
    const reported = buckets.of(joined(idLo, idHi));
    if (reported !== undefined && reported.version > joined(bucketVersionLo, bucketVersionHi))
      return reported.bytes;
    return this.#page.subarray(bucketsStart, bucketsStop);
  }
}
