// Protobuf by hand, for the paths that carry every update: a cursor over bytes that others keep, and a
// buffer that grows. Nothing here allocates per field. Malformed input throws WireError, never reads beyond `end`.

/** Bytes that are not a protobuf message of the expected shape. */
export class WireError extends Error {
  override name = 'WireError';
}

/** Wire types of protobuf that are read here. */
export const wireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** Reads fields one after the other. After a length-delimited field, [start, stop) is its content. */
export class Cursor {
  buf: Uint8Array = new Uint8Array(0);
  at = 0;
  end = 0;
  /** The content of the last length-delimited field. */
  start = 0;
  stop = 0;
  /** The last 64-bit varint, as two unsigned halves. */
  low = 0;
  high = 0;

  /** Looks at buf[start, end). */
  over(buf: Uint8Array, start: number, end: number): this {
    this.buf = buf;
    this.at = start;
    this.end = end;
    return this;
  }

  /** True while there is a further field. */
  more(): boolean {
    return this.at < this.end;
  }

  /** A varint of at most 32 bits: a tag, a length or a uint32. Higher bits are cut off, as protobuf asks. */
  varint32(): number {
    const buf = this.buf;
    let byte = buf[this.at++] as number;
    if (this.at > this.end) throw new WireError('the message ends inside a number');
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let shift = 7; ; shift += 7) {
      if (this.at >= this.end || shift > 63) throw new WireError('the message ends inside a number');
      byte = buf[this.at++] as number;
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  /** A varint of at most 64 bits, into `low` and `high`. */
  varint64(): void {
    const buf = this.buf;
    let low = 0;
    let high = 0;
    for (let shift = 0; ; shift += 7) {
      if (this.at >= this.end || shift > 63) throw new WireError('the message ends inside a number');
      const byte = buf[this.at++] as number;
      if (shift < 28) low |= (byte & 0x7f) << shift;
      else if (shift === 28) {
        low |= (byte & 0x0f) << 28;
        high |= (byte & 0x7f) >>> 4;
      } else high |= (byte & 0x7f) << (shift - 32);
      if (byte < 0x80) break;
    }
    this.low = low >>> 0;
    this.high = high >>> 0;
  }

  /** Takes a length-delimited field: its content is then [start, stop). */
  bytes(): void {
    const length = this.varint32();
    this.start = this.at;
    this.stop = this.at + length;
    if (this.stop > this.end) throw new WireError(`a field of ${length} bytes ends beyond its message`);
    this.at = this.stop;
  }

  /** Passes over the field that `tag` announced. */
  skip(tag: number): void {
    if (tag >>> 3 === 0) throw new WireError('a field has the number 0');
    switch (tag & 7) {
      case wireType.varint:
        this.varint64();
        return;
      case wireType.fixed64:
        this.at += 8;
        break;
      case wireType.bytes:
        this.bytes();
        return;
      case wireType.fixed32:
        this.at += 4;
        break;
      default:
        throw new WireError(`field ${tag >>> 3} has the wire type ${tag & 7}`);
    }
    if (this.at > this.end) throw new WireError('the message ends inside a field');
  }
}

/** How many bytes the varint of `value` (unsigned, 32 bits) takes. */
export function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  return value < 0x10000000 ? 4 : 5;
}

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
