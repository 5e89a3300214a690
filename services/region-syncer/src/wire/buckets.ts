// The buckets of a region, as ReportBuckets brings them and blocks carry them: without their stats.
import { Buckets } from '@syncline/proto/metapb.ts';
import type { ByteWriter } from './byte-writer.ts';
import { frameField } from './frame-tags.ts';
import { RegionFields, readBlock } from './region-fields.ts';

const fields = new RegionFields();

/** The content of a block's buckets element for what a store reports. */
export function carriedBuckets(reported: Buckets): Uint8Array {
  return Buckets.encode({ ...reported, stats: undefined }).finish();
}

/** Appends the block that begins at bytes[start] with other buckets, given as the content of their element. */
export function appendWithBuckets(
  bytes: Uint8Array,
  start: number,
  end: number,
  buckets: Uint8Array,
  out: ByteWriter,
): void {
  readBlock(bytes, start, end, fields);
  out.content(frameField.regions, bytes, fields.regionStart, fields.regionStop);
  out.content(frameField.stats, bytes, fields.statStart, fields.statStop);
  out.content(frameField.leaders, bytes, fields.leaderStart, fields.leaderStop);
  out.content(frameField.buckets, buckets, 0, buckets.length);
}
