// The buckets that stores report of their regions, newest version each, until the region's next heartbeat takes them
// into its record. Only what a sync carries is kept: no statistics.
// Invariant: within its bounds; at a bound the region that was reported longest ago is forgotten.

import { Buckets } from '@syncline/proto/metapb.ts';
import { invalidField } from '@syncline/rpc/invalid-field.ts';

/** Longest report, in bytes: a record of at most 7 MiB has its region beside it. */
const mostReportBytes = 6 * 2 ** 20;

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

  /** How many were not kept for want of room: here, or in their region's record. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** The newest buckets of a region that were reported and are not in a record yet. */
  of(regionId: bigint): RegionBuckets | undefined {
    return this.#regions.get(regionId);
  }

  /**
   * Takes a report. False when what is known is at least as new. Throws ServerError (INVALID_ARGUMENT) when it is so
   * long that it could never be kept; what was known stays.
   */
  report(buckets: Buckets): boolean {
    const { regionId, version } = buckets;
    const before = this.#regions.get(regionId);
    if (before !== undefined && before.version >= version) return false;
    const bytes = Buckets.encode({ ...buckets, stats: undefined }).finish();
    const most = Math.min(mostReportBytes, this.#bounds.bytes);
    if (bytes.length > most) {
      this.#forgotten += 1;
      throw invalidField('buckets', `${bytes.length} bytes of region ${regionId} are more than ${most}`);
    }
    this.forget(regionId);
    this.#regions.set(regionId, { version, bytes });
    this.#bytes += bytes.length;
    this.#evict();
    return true;
  }

  /** The region's buckets are in a record, or the region is gone. */
  forget(regionId: bigint): void {
    this.#bytes -= this.#regions.get(regionId)?.bytes.length ?? 0;
    this.#regions.delete(regionId);
  }

  /** There is no room for the region's buckets in its record. */
  refuse(regionId: bigint): void {
    this.forget(regionId);
    this.#forgotten += 1;
  }

  #evict(): void {
    for (const [regionId] of this.#regions) {
      if (this.#regions.size <= this.#bounds.regions && this.#bytes <= this.#bounds.bytes) return;
      this.refuse(regionId);
    }
  }
}
