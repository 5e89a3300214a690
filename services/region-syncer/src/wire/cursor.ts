// Reads protobuf from bytes that others keep, without an object per field. Invariant: no byte at or after `end` is
// looked at; malformed bytes throw WireError under the field name that the caller gives.
import { WireError } from './wire-error.ts';

/** The wire types of protobuf that are read here; its groups are long deprecated and refused. */
export const wireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const twoTo32 = 2 ** 32;

/** A position in bytes. Each read moves it; what was read is in the fields that the method names. */
export class Cursor {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  end = 0;
  /** The last varint, as two unsigned halves. */
  lo = 0;
  hi = 0;
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

  /** A varint of up to 64 bits, into `lo` and `hi`. Bits beyond the 64th are cut off, as protobuf asks. */
  varint(field: string): void {
    const { bytes, end } = this;
    let at = this.at;
    let lo = 0;
    let hi = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= end) throw new WireError(field, 'the bytes end inside a number');
      const byte = bytes[at++] as number;
      const bits = byte & 0x7f;
      if (shift < 28) lo |= bits << shift;
      else if (shift === 28) {
        lo |= bits << 28;
        hi = bits >>> 4;
      } else hi |= bits << (shift - 32);
      if (byte < 0x80) {
        this.at = at;
        this.lo = lo >>> 0;
        this.hi = hi >>> 0;
        return;
      }
    }
    throw new WireError(field, 'a number has more than 10 bytes');
  }

  /** A varint that has to be at most 2^53 - 1: an index, a count, a time. */
  safeInteger(field: string): number {
    this.varint(field);
    const value = this.hi * twoTo32 + this.lo;
    if (!Number.isSafeInteger(value)) {
      throw new WireError(field, `${(BigInt(this.hi) << 32n) | BigInt(this.lo)} is beyond 2^53 - 1`);
    }
    return value;
  }

  /** A field's tag; `message` names what the field would belong to. */
  tag(message: string): number {
    const { bytes, at } = this;
    if (at < this.end) {
      const byte = bytes[at] as number;
      if (byte < 0x80 && byte > 7) {
        this.at = at + 1;
        return byte;
      }
    }
    this.varint(message);
    if (this.hi !== 0 || this.lo >>> 3 === 0) throw new WireError(message, 'a field has no valid number');
    return this.lo;
  }

  /** Takes a length-delimited field: its content is then [start, stop). */
  content(field: string): void {
    const { bytes, at, end } = this;
    let length = at < end ? (bytes[at] as number) : 0x80;
    if (length < 0x80) this.start = at + 1;
    else {
      this.varint(field);
      length = this.hi * twoTo32 + this.lo;
      this.start = this.at;
    }
    const stop = this.start + length;
    if (stop > end) throw new WireError(field, `${length} bytes announced, ${end - this.start} follow`);
    this.stop = this.at = stop;
  }

  /** Passes over the field that `tag` announced, which belongs to `message`. */
  skip(tag: number, message: string): void {
    switch (tag & 7) {
      case wireType.varint:
        this.varint(message);
        return;
      case wireType.bytes:
        this.content(message);
        return;
      case wireType.fixed64:
        this.at += 8;
        break;
      case wireType.fixed32:
        this.at += 4;
        break;
      default:
        throw new WireError(message, `field ${tag >>> 3} has the wire type ${tag & 7}`);
    }
    if (this.at > this.end) throw new WireError(message, 'the bytes end inside a field');
  }
}
