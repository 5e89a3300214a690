// Which buckets a record gets: its heartbeat's, those that were reported since, or those the region had. The newest
// version that fits counts, and a region that says it has none has none.

import type { ReportedBuckets } from '../cluster/reported-buckets.ts';
import { isLess, joined } from '../regions/uint64.ts';
import type { Heartbeat } from '../wire/heartbeat.ts';
import type { RegionFields } from '../wire/region-fields.ts';

const nothing: Uint8Array = new Uint8Array(0);

export class NewestBuckets {
  readonly #reported: ReportedBuckets;
  /** Those that the region had. */
  #carried: Uint8Array = nothing;
  #inherited: Uint8Array = nothing;

  constructor(reported: ReportedBuckets) {
    this.#reported = reported;
  }

  /** What appendHeartbeat() writes when the heartbeat brings none itself; true until the tree changes. */
  get inherited(): Uint8Array {
    return this.#inherited;
  }

  /**
   * Chooses for a heartbeat of the region whose block is in `page` as `known`, if it is known. Buckets that the
   * heartbeat brings and that are not the newest are struck from it. True when they are other than before.
   */
  choose(heartbeat: Heartbeat, page: Uint8Array | undefined, known: RegionFields | undefined): boolean {
    this.#carried = known === undefined || page === undefined ? nothing : carried(page, known);
    this.#inherited = this.#carried;
    let lo = known?.bucketVersionLo ?? 0;
    let hi = known?.bucketVersionHi ?? 0;
    if (heartbeat.hasBucketMeta) {
      const { bucketVersionLo, bucketVersionHi } = heartbeat;
      const hasNone = bucketVersionLo === 0 && bucketVersionHi === 0;
      if (hasNone && (lo !== 0 || hi !== 0)) return true;
      heartbeat.hasBucketMeta = isLess(lo, hi, bucketVersionLo, bucketVersionHi);
      if (heartbeat.hasBucketMeta) {
        lo = bucketVersionLo;
        hi = bucketVersionHi;
      }
    }
    const { region, hasBucketMeta } = heartbeat;
    if (this.#reported.size === 0) return hasBucketMeta;
    const reported = this.#reported.of(joined(region.idLo, region.idHi));
    if (reported === undefined || reported.version <= joined(lo, hi)) return hasBucketMeta;
    heartbeat.hasBucketMeta = false;
    this.#inherited = reported.bytes;
    return true;
  }

  /**
   * Those that were chosen do not fit with their region: chooses those that it had, and when it was these, none. False
   * when there are none to leave out.
   */
  leaveOut(heartbeat: Heartbeat): boolean {
    if (heartbeat.hasBucketMeta) heartbeat.hasBucketMeta = false;
    else if (this.#inherited.length === 0) return false;
    else if (this.#inherited === this.#carried) this.#inherited = nothing;
    else {
      this.#inherited = this.#carried;
      this.#reported.refuse(joined(heartbeat.region.idLo, heartbeat.region.idHi));
    }
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
