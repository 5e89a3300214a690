// Which buckets a record gets: its heartbeat's, those that were reported since, or those the region had. The newest
// version counts, and a region that says it has none has none.

import { Cursor } from '@syncline/protobuf/cursor.ts';
import type { ReportedBuckets } from '../cluster/reported-buckets.ts';
import { isLess, joined } from '../regions/uint64.ts';
import type { Heartbeat } from '../wire/heartbeat.ts';
import type { RegionFields } from '../wire/region-fields.ts';

/** Of metapb.BucketMeta. */
const versionField = 1;

const nothing: Uint8Array = new Uint8Array(0);
const cursor = new Cursor();

export class NewestBuckets {
  readonly #reported: ReportedBuckets;
  #inherited: Uint8Array = nothing;

  constructor(reported: ReportedBuckets) {
    this.#reported = reported;
  }

  /** What appendHeartbeat() writes when the heartbeat brings none itself; true until the tree changes. */
  get inherited(): Uint8Array {
    return this.#inherited;
  }

  /**
   * Chooses for a heartbeat, read from `bytes`, of the region whose block is in `page` as `known`, if it is known.
   * Buckets that the heartbeat brings and that are older are struck from it. True when they are other than before.
   */
  choose(
    bytes: Uint8Array,
    heartbeat: Heartbeat,
    page: Uint8Array | undefined,
    known: RegionFields | undefined,
  ): boolean {
    this.#inherited = known === undefined || page === undefined ? nothing : carried(page, known);
    const lo = known?.bucketVersionLo ?? 0;
    const hi = known?.bucketVersionHi ?? 0;
    if (heartbeat.hasBucketMeta) {
      readVersion(bytes, heartbeat);
      const isNone = cursor.lo === 0 && cursor.hi === 0;
      if (isLess(lo, hi, cursor.lo, cursor.hi)) return true;
      if (isNone && (lo !== 0 || hi !== 0)) return true;
      heartbeat.hasBucketMeta = false;
    }
    if (this.#reported.size === 0) return false;
    const reported = this.#reported.of(joined(heartbeat.region.idLo, heartbeat.region.idHi));
    if (reported === undefined || reported.version <= joined(lo, hi)) return false;
    this.#inherited = reported.bytes;
    return true;
  }

  /** The record is made. */
  taken({ region }: Heartbeat): void {
    if (this.#reported.size > 0) this.#reported.forget(joined(region.idLo, region.idHi));
  }
}

function carried(page: Uint8Array, known: RegionFields): Uint8Array {
  const { bucketsStart, bucketsStop } = known;
  return bucketsStart === bucketsStop ? nothing : page.subarray(bucketsStart, bucketsStop);
}

/** Leaves the version in the cursor's halves. */
function readVersion(bytes: Uint8Array, { bucketMetaStart, bucketMetaStop }: Heartbeat): void {
  const at = cursor.over(bytes, bucketMetaStart, bucketMetaStop);
  let lo = 0;
  let hi = 0;
  while (at.more()) {
    const tag = at.tag('bucket_meta');
    if (tag >>> 3 === versionField) {
      at.varint(tag, 'bucket_meta.version');
      lo = at.lo;
      hi = at.hi;
    } else at.skip(tag, 'bucket_meta');
  }
  at.lo = lo;
  at.hi = hi;
}
