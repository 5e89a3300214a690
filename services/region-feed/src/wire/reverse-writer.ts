// Protobuf written from the last field to the first: when the head of a nested message is written its length is known,
// so nothing is measured beforehand and nothing is moved. That is why it is not a ByteWriter, which fills from the front.

import { varintSize } from '@syncline/protobuf/varint-size.ts';

const INITIAL_BYTES = 1024;

/** One buffer that fills from its end and grows as needed. */
export class ReverseWriter {
  #buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  #at = INITIAL_BYTES;

  /** Bytes written so far; what is in front of an older mark is `length - mark` long. */
  get length(): number {
    return this.#buffer.length - this.#at;
  }

  /** Starts over in the same memory. */
  reset(): void {
    this.#at = this.#buffer.length;
  }

  /** A copy of what was written. */
  copy(): Buffer {
    return Buffer.from(this.#buffer.subarray(this.#at));
  }

  /** A varint field with one byte of tag; `value` is a whole number from 0 to 2^53, and 0 is left out as in proto3. */
  field(tag: number, value: number): void {
    if (value === 0) return;
    this.#varint(value);
    this.#byte(tag);
  }

  /** The head of a length-delimited field with one byte of tag, whose content is all that was written since `mark`. */
  head(tag: number, mark: number): void {
    this.#varint(this.length - mark);
    this.#byte(tag);
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#at -= bytes.length;
    this.#buffer.set(bytes, this.#at);
  }

  /** Room for `bytes` more, to be filled by `fill`, which is told where they begin. */
  fill(bytes: number, fill: (buffer: Buffer, at: number) => void): void {
    this.#reserve(bytes);
    this.#at -= bytes;
    fill(this.#buffer, this.#at);
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#at -= 1;
    this.#buffer[this.#at] = value;
  }

  #varint(value: number): void {
    if (value < 128) {
      this.#byte(value);
      return;
    }
    const size = varintSize(value);
    this.#reserve(size);
    this.#at -= size;
    let at = this.#at;
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#buffer[at++] = (rest % 128) | 128;
    this.#buffer[at] = rest;
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#at) return;
    const { length } = this;
    const grown = Buffer.allocUnsafe(Math.max(2 * this.#buffer.length, length + bytes));
    this.#buffer.copy(grown, grown.length - length, this.#at);
    this.#at = grown.length - length;
    this.#buffer = grown;
  }
}
