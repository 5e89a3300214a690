// Reads protobuf from bytes that others keep, without an object per field. Invariant: no byte at or after `end` is
// looked at; malformed bytes throw WireError under the field name that the caller gives.
import { WireError } from './wire-error.ts';

/** The wire types of protobuf that are read here; its groups are long deprecated and refused. */
export const wireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const twoTo32 = 2 ** 32;

/**
 * A position in bytes. tag() begins a field, one of the other methods takes what follows; they all move on.
 * A field of another wire type than the one asked for is malformed.
 */
export class Cursor {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  end = 0;
  /**
   * The last varint, as two unsigned halves. They begin as a double: V8 throws away what it has compiled when a field
   * that had only small integers gets its first one above 2^31 - 1, and that would be in the middle of a stream.
   */
  lo = -0;
  hi = -0;
  /** The content of the last length-delimited field is bytes[start, stop). */
  start = 0;
  stop = 0;

  /** Looks at bytes[start, end). */
  over(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    return this;
  }

  /** True while there is a further field. */
  more(): boolean {
    return this.at < this.end;
  }

  /** A field's tag: its number times 8, and its wire type. `message` names what the field would belong to. */
  tag(message: string): number {
    const { bytes, at } = this;
    if (at < this.end) {
      const byte = bytes[at] as number;
      if (byte < 0x80 && byte > 7) {
        this.at = at + 1;
        return byte;
      }
    }
    this.number(message);
    if (this.hi !== 0 || this.lo >>> 3 === 0) throw new WireError(message, 'a field has no valid number');
    return this.lo >>> 0;
  }

  /** The varint that `tag` announced, into `lo` and `hi`. */
  varint(tag: number, field: string): void {
    if ((tag & 7) !== wireType.varint) throw wrongType(tag, field);
    this.number(field);
  }

  /** The varint that `tag` announced, which has to be at most 2^53 - 1: an index, a count, a time. */
  safeInteger(tag: number, field: string): number {
    this.varint(tag, field);
    const value = this.hi * twoTo32 + this.lo;
    if (!Number.isSafeInteger(value)) {
      throw new WireError(field, `${(BigInt(this.hi) << 32n) | BigInt(this.lo)} is beyond 2^53 - 1`);
    }
    return value;
  }

  /** The length-delimited field that `tag` announced: its content is then [start, stop). */
  content(tag: number, field: string): void {
    if ((tag & 7) !== wireType.bytes) throw wrongType(tag, field);
    const { bytes, at, end } = this;
    const byte = at < end ? (bytes[at] as number) : 0x80;
    if (byte < 0x80) {
      this.start = at + 1;
      this.stop = this.start + byte;
      if (this.stop > end) throw tooLong(field, byte, end - this.start);
    } else {
      this.number(field);
      this.start = this.at;
      const left = end - this.start;
      if (this.hi !== 0 || this.lo > left) throw tooLong(field, this.hi * twoTo32 + this.lo, left);
      this.stop = this.start + (this.lo >>> 0);
    }
    this.at = this.stop;
  }

  /** Passes over the field that `tag` announced, which belongs to `message`. If it has content, that is [start, stop). */
  skip(tag: number, message: string): void {
    switch (tag & 7) {
      case wireType.varint:
        this.#pass(message);
        return;
      case wireType.bytes:
        this.content(tag, message);
        return;
      case wireType.fixed64:
        this.at += 8;
        break;
      case wireType.fixed32:
        this.at += 4;
        break;
      default:
        throw wrongType(tag, message);
    }
    if (this.at > this.end) throw new WireError(message, 'the bytes end inside a field');
  }

  /** A varint of up to 64 bits, into `lo` and `hi`. Bits beyond the 64th are cut off, as protobuf asks. */
  number(field: string): void {
    const { bytes, end } = this;
    let at = this.at;
    let lo = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      if (at >= end) throw new WireError(field, 'the bytes end inside a number');
      const byte = bytes[at++] as number;
      lo |= (byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      this.at = at;
      this.lo = lo;
      this.hi = 0;
      return;
    }
    this.#largeNumber(field, at, lo);
  }

  /** The rest, from `at` on, of a varint whose low 28 bits are `lo`. */
  #largeNumber(field: string, from: number, lo: number): void {
    const { bytes, end } = this;
    let at = from;
    let low = lo;
    let high = 0;
    for (let shift = 28; shift < 70; shift += 7) {
      if (at >= end) throw new WireError(field, 'the bytes end inside a number');
      const byte = bytes[at++] as number;
      const bits = byte & 0x7f;
      if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte >= 0x80) continue;
      this.at = at;
      this.lo = low >>> 0;
      this.hi = high >>> 0;
      return;
    }
    throw new WireError(field, 'a number has more than 10 bytes');
  }

  /** Passes over a varint without reading it. */
  #pass(field: string): void {
    const { bytes, end } = this;
    let at = this.at;
    const last = at + 10;
    do {
      if (at >= end) throw new WireError(field, 'the bytes end inside a number');
      if (at === last) throw new WireError(field, 'a number has more than 10 bytes');
    } while ((bytes[at++] as number) >= 0x80);
    this.at = at;
  }
}

function tooLong(field: string, announced: number, left: number): WireError {
  return new WireError(field, `${announced} bytes announced, ${left} follow`);
}

function wrongType(tag: number, field: string): WireError {
  return new WireError(field, `field ${tag >>> 3} has the wire type ${tag & 7}`);
}
