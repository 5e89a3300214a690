// Protobuf written for subscribers, the hottest bytes that leave here. It is no ByteWriter, because that looks for room
// at every number: here the caller reserves once for a whole update, whose size it knows, and the rest is not checked.

/** Bytes that grow; what was written is buf[0, length). */
export class Writer {
  buf: Uint8Array;
  length = 0;

  constructor(capacity: number) {
    this.buf = new Uint8Array(capacity);
  }

  /** Makes room for `bytes` more. */
  reserve(bytes: number): void {
    if (this.length + bytes <= this.buf.length) return;
    const larger = new Uint8Array(Math.max(this.buf.length * 2, this.length + bytes));
    larger.set(this.buf.subarray(0, this.length));
    this.buf = larger;
  }

  byte(value: number): void {
    this.buf[this.length++] = value;
  }

  /** An unsigned number of 32 bits. Room must be reserved. */
  varint(value: number): void {
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.buf[this.length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.buf[this.length++] = rest;
  }

  /** An unsigned number of 64 bits in two halves. Room must be reserved. */
  varint64(low: number, high: number): void {
    let lo = low >>> 0;
    let hi = high >>> 0;
    while (hi > 0 || lo >= 0x80) {
      this.buf[this.length++] = (lo & 0x7f) | 0x80;
      lo = ((lo >>> 7) | (hi << 25)) >>> 0;
      hi >>>= 7;
    }
    this.buf[this.length++] = lo;
  }

  /** buf[start, end) as it is. Room must be reserved. */
  copy(from: Uint8Array, start: number, end: number): void {
    const to = this.buf;
    let at = this.length;
    if (end - start > 96) {
      to.set(from.subarray(start, end), at);
      at += end - start;
    } else for (let i = start; i < end; i++) to[at++] = from[i] as number;
    this.length = at;
  }

  /** A copy of what was written, in a buffer of its own that can be transferred. */
  take(): ArrayBuffer {
    const copy = this.buf.slice(0, this.length);
    this.length = 0;
    return copy.buffer;
  }
}
