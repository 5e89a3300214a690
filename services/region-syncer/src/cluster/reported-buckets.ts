// The buckets that stores report of their regions, newest version each, until the region's next heartbeat takes them
// into its record. Only what a sync carries is kept: no statistics.
// Invariant: within its bounds; at a bound the region that was reported longest ago is forgotten.

import { Buckets } from '@syncline/proto/metapb.ts';

export interface BucketBounds {
  readonly regions: number;
  readonly bytes: number;
}

export interface RegionBuckets {
  readonly version: bigint;
  /** An encoded metapb.Buckets. */
  readonly bytes: Uint8Array;
}

export class ReportedBuckets {
  readonly #bounds: BucketBounds;
  readonly #regions = new Map<bigint, RegionBuckets>();
  #bytes = 0;
  #forgotten = 0;

  constructor(bounds: BucketBounds) {
    this.#bounds = bounds;
  }

  /** How many regions have buckets here. */
  get size(): number {
    return this.#regions.size;
  }

  /** How many were forgotten at a bound. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** The newest buckets of a region that were reported and are not in a record yet. */
  of(regionId: bigint): RegionBuckets | undefined {
    return this.#regions.get(regionId);
  }

  /** Takes a report. False when what is known is at least as new. */
  report(buckets: Buckets): boolean {
    const before = this.#regions.get(buckets.regionId);
    if (before !== undefined && before.version >= buckets.version) return false;
    this.forget(buckets.regionId);
    const bytes = Buckets.encode({ ...buckets, stats: undefined }).finish();
    this.#regions.set(buckets.regionId, { version: buckets.version, bytes });
    this.#bytes += bytes.length;
    this.#evict();
    return true;
  }

  /** The region's buckets are in a record, or the region is gone. */
  forget(regionId: bigint): void {
    this.#bytes -= this.#regions.get(regionId)?.bytes.length ?? 0;
    this.#regions.delete(regionId);
  }

  #evict(): void {
    for (const [regionId] of this.#regions) {
      if (this.#regions.size <= this.#bounds.regions && this.#bytes <= this.#bounds.bytes) return;
      this.forget(regionId);
      this.#forgotten += 1;
    }
  }
}
