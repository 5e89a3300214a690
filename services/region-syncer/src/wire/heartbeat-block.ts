// From a heartbeat to the block that the tree, the log and the followers get.
import { ByteWriter } from '@syncline/protobuf/byte-writer.ts';
import { Cursor } from '@syncline/protobuf/cursor.ts';
import { frameField } from './frame-tags.ts';
import type { Heartbeat } from './heartbeat.ts';

/** Of metapb.Buckets. */
const bucketsField = { regionId: 1, version: 2, keys: 3 } as const;
/** Of metapb.BucketMeta. */
const metaField = { keys: 2 } as const;

const stat = new ByteWriter(64);
const buckets = new ByteWriter(1_024);
const cursor = new Cursor();

/**
 * Appends the block of a heartbeat that was read from `bytes` and has no problem. `inherited` is the content of the
 * buckets element that the region had so far (empty: it had none); it stays unless the heartbeat brings new ones.
 */
export function appendHeartbeat(
  bytes: Uint8Array,
  heartbeat: Heartbeat,
  inherited: Uint8Array,
  out: ByteWriter,
): void {
  const { region } = heartbeat;
  out.content(frameField.regions, bytes, region.regionStart, region.regionStop);
  stat.clear();
  for (let field = 1; field <= 4; field++) {
    const place = (field - 1) * 2;
    stat.uint64(field, heartbeat.stat[place] as number, heartbeat.stat[place + 1] as number);
  }
  out.content(frameField.stats, stat.bytes, 0, stat.length);
  out.content(frameField.leaders, bytes, region.leaderStart, region.leaderStop);
  if (heartbeat.hasBucketMeta) {
    writeBuckets(bytes, heartbeat);
    out.content(frameField.buckets, buckets.bytes, 0, buckets.length);
  } else out.content(frameField.buckets, inherited, 0, inherited.length);
}

/** The heartbeat's BucketMeta as Buckets. */
function writeBuckets(bytes: Uint8Array, heartbeat: Heartbeat): void {
  buckets.clear();
  buckets.uint64(bucketsField.regionId, heartbeat.region.idLo, heartbeat.region.idHi);
  buckets.uint64(bucketsField.version, heartbeat.bucketVersionLo, heartbeat.bucketVersionHi);
  const at = cursor.over(bytes, heartbeat.bucketMetaStart, heartbeat.bucketMetaStop);
  while (at.more()) {
    const tag = at.tag('bucket_meta');
    at.skip(tag, 'bucket_meta');
    if (tag >>> 3 === metaField.keys) buckets.content(bucketsField.keys, bytes, at.start, at.stop);
  }
}
