// A fingerprint of all regions, to compare two nodes by: 256 buckets of 64 bits, each the XOR of its regions' hashes.
// Invariant: equal sets of (id, keys, epoch, leader) have equal digests, whatever came in which order.

import { digestBytes } from '../wire/frame-tags.ts';

/** How many buckets a digest has. */
export const digestBuckets: number = digestBytes / 8;

export class Digest {
  /** Lower and upper half of each bucket, side by side. */
  readonly #halves: Int32Array = new Int32Array(2 * digestBuckets);

  /** Reads what encode() wrote. Throws RangeError when `bytes` are not as many as a digest has. */
  static decode(bytes: Uint8Array): Digest {
    if (bytes.length !== digestBytes) {
      throw new RangeError(`digest: ${bytes.length} bytes, ${digestBytes} are needed`);
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const digest = new Digest();
    for (let i = 0; i < 2 * digestBuckets; i++) digest.#halves[i] = view.getInt32(4 * i, true);
    return digest;
  }

  /** Puts a region in, or takes it out: it is the same. */
  toggle(bucket: number, lo: number, hi: number): void {
    const halves = this.#halves;
    halves[2 * bucket] = (halves[2 * bucket] as number) ^ lo;
    halves[2 * bucket + 1] = (halves[2 * bucket + 1] as number) ^ hi;
  }

  /** The XOR of all buckets: one number for logs and status. */
  get total(): bigint {
    let lo = 0;
    let hi = 0;
    for (let i = 0; i < 2 * digestBuckets; i += 2) {
      lo ^= this.#halves[i] as number;
      hi ^= this.#halves[i + 1] as number;
    }
    return (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
  }

  /** The buckets, each as one number. */
  get buckets(): bigint[] {
    const { length, buffer } = this.#halves;
    const unsigned = new Uint32Array(buffer);
    const buckets: bigint[] = [];
    for (let i = 0; i < length; i += 2)
      buckets.push((BigInt(unsigned[i + 1] as number) << 32n) | BigInt(unsigned[i] as number));
    return buckets;
  }

  /** Whether all buckets are the same. */
  equals(other: Digest): boolean {
    return this.#halves.every((half, i) => half === other.#halves[i]);
  }

  /** The 256 buckets as 8 bytes each, little-endian: 2,048 bytes that belong to the caller. */
  encode(): Uint8Array {
    const bytes = new Uint8Array(digestBytes);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < 2 * digestBuckets; i++) view.setInt32(4 * i, this.#halves[i] as number, true);
    return bytes;
  }
}
