// Latencies in microseconds, in buckets that are at most 1/64 wider than their least value: memory does not grow with
// what is counted, and a quantile is at most 1.6 % too high.

const subBuckets = 64;
const subBits = 6;
const octaves = 32 - subBits;

export class Histogram {
  readonly #counts = new Float64Array((octaves + 1) * subBuckets);
  #total = 0;

  get total(): number {
    return this.#total;
  }

  /** Counts one latency of 0 to 2^32 - 1 microseconds. */
  add(us: number): void {
    this.#counts[bucketOf(us)] = (this.#counts[bucketOf(us)] as number) + 1;
    this.#total++;
  }

  /** Takes over what another has counted. */
  merge(other: Histogram): void {
    for (let bucket = 0; bucket < this.#counts.length; bucket++) {
      this.#counts[bucket] = (this.#counts[bucket] as number) + (other.#counts[bucket] as number);
    }
    this.#total += other.#total;
  }

  /** The latency that a share of `quantile` does not exceed, in milliseconds; NaN when nothing was counted. */
  quantileMs(quantile: number): number {
    let left = Math.ceil(this.#total * quantile);
    if (left === 0) return Number.NaN;
    for (let bucket = 0; bucket < this.#counts.length; bucket++) {
      left -= this.#counts[bucket] as number;
      if (left <= 0) return highestOf(bucket) / 1000;
    }
    return Number.POSITIVE_INFINITY;
  }
}

/** Below 64 each microsecond has a bucket; above, each power of two has 64. */
function bucketOf(us: number): number {
  if (us < subBuckets) return us;
  const shift = 31 - Math.clz32(us) - subBits;
  return (shift + 1) * subBuckets + ((us >>> shift) - subBuckets);
}

function highestOf(bucket: number): number {
  if (bucket < subBuckets) return bucket;
  const shift = Math.floor(bucket / subBuckets) - 1;
  return ((bucket % subBuckets) + subBuckets + 1) * 2 ** shift - 1;
}
