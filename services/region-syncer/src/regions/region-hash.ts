// What a region counts for in a digest: 64 bits of its id, keys, epoch and leader, mixed in two halves of 32 bits,
// because that is what JavaScript multiplies fast. Statistics, peers and buckets do not count.
// The values are compared between nodes: to change one constant here is to change the protocol.
import type { RegionFields } from '../wire/region-fields.ts';

/** Reads a region's hash off after of(). One is used for a million regions. */
export class RegionHash {
  /** The hash, as two signed halves. */
  lo = 0;
  hi = 0;
  /** The digest's bucket, 0 to 255: the start key alone decides. */
  bucket = 0;

  /** Hashes the region that `fields` was read from; `view` is over the same bytes. */
  of(view: DataView, fields: RegionFields): void {
    this.lo = 0x243f6a88;
    this.hi = 0x85a308d3 | 0;
    this.#key(view, fields.startKey, fields.startKeyLength);
    this.bucket = finished(this.lo ^ this.hi) >>> 24;
    this.#key(view, fields.endKey, fields.endKeyLength);
    this.#word(fields.idLo);
    this.#word(fields.idHi);
    this.#word(fields.confVerLo);
    this.#word(fields.confVerHi);
    this.#word(fields.versionLo);
    this.#word(fields.versionHi);
    this.#word(fields.leaderIdLo);
    this.#word(fields.leaderIdHi);
    this.hi = finished(this.hi ^ this.lo);
    this.lo = finished((this.lo + this.hi) | 0);
  }

  #key(view: DataView, start: number, length: number): void {
    let { lo, hi } = this;
    let i = 0;
    for (; i + 4 <= length; i += 4) {
      const word = view.getInt32(start + i);
      lo = (mixedLo(lo, word) + hi) | 0;
      hi = mixedHi(hi, word) ^ lo;
    }
    let rest = 0;
    for (; i < length; i++) rest = (rest << 8) | view.getUint8(start + i);
    this.lo = lo;
    this.hi = hi;
    this.#word(rest);
    this.#word(length);
  }

  /** For a given word no two states become the same one, and no two words make the same of a state. */
  #word(word: number): void {
    this.lo = (mixedLo(this.lo, word) + this.hi) | 0;
    this.hi = mixedHi(this.hi, word) ^ this.lo;
  }
}

function mixedLo(half: number, word: number): number {
  const h = Math.imul(half ^ word, 0x85ebca6b);
  return (h << 13) | (h >>> 19);
}

function mixedHi(half: number, word: number): number {
  const h = Math.imul(half + word, 0xc2b2ae35);
  return (h << 17) | (h >>> 15);
}

/** Lets every bit of `half` act on all others. */
function finished(half: number): number {
  let h = Math.imul(half ^ (half >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return h ^ (h >>> 16);
}
