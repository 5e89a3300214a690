// Writes protobuf into bytes that grow. What was written is bytes[0, length); the bytes are used again after clear(),
// so a view on them is true until then. Its bound is the caller's: it takes what it is given.

const twoTo32 = 2 ** 32;

export class ByteWriter {
  bytes: Uint8Array;
  length = 0;

  /** `capacity` is what it begins with, in bytes. */
  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
  }

  clear(): void {
    this.length = 0;
  }

  /** What was written since clear(). */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  /** A 64-bit number in two unsigned halves. */
  varint(lo: number, hi: number): void {
    this.#reserve(10);
    const { bytes } = this;
    let at = this.length;
    let low = lo >>> 0;
    let high = hi >>> 0;
    while (high > 0 || low >= 0x80) {
      bytes[at++] = (low & 0x7f) | 0x80;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    bytes[at++] = low;
    this.length = at;
  }

  /** The field `number` with a 64-bit number in two halves; nothing when that is 0, as proto3 has it. */
  uint64(number: number, lo: number, hi: number): void {
    if (lo === 0 && hi === 0) return;
    this.varint(number << 3, 0);
    this.varint(lo, hi);
  }

  /** The field `number` with a safe integer of at least 0; nothing when that is 0. */
  safeInteger(number: number, value: number): void {
    this.uint64(number, value % twoTo32, Math.floor(value / twoTo32));
  }

  /** The field `number` with from[start, stop) as its content, be it empty. */
  content(number: number, from: Uint8Array, start: number, stop: number): void {
    this.varint((number << 3) | 2, 0);
    this.varint(stop - start, 0);
    this.copy(from, start, stop);
  }

  /** from[start, stop) as they are. */
  copy(from: Uint8Array, start: number, stop: number): void {
    this.#reserve(stop - start);
    const { bytes } = this;
    let at = this.length;
    if (stop - start > 64) bytes.set(from.subarray(start, stop), at);
    else for (let i = start; i < stop; i++) bytes[at++] = from[i] as number;
    this.length += stop - start;
  }

  #reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}
