// SubscribeResponses, read by hand: what decoding costs the client must not decide what a server seems to deliver.
// It reads what the target's leaves look like and refuses everything else, so nothing is passed over unseen.

import type { LeafPaths } from '../workload/leaf-paths.ts';
import { stampBytes, stampSent, stampSeq } from '../workload/stamp.ts';

/** What a reader tells. */
export interface UpdateListener {
  /** Update `seq`, sent at stamp time `sent`, after `duplicates` others of its leaf that are not shown. */
  update(seq: number, sent: number, duplicates: number): void;
  syncResponse(): void;
}

/** A response that the target cannot have caused. */
export class ResponseError extends Error {
  override name = 'ResponseError';
}

// Tags: field number and wire type.
const tag = {
  response: { update: 0x0a, syncResponse: 0x18 },
  notification: { timestamp: 0x08, prefix: 0x12, update: 0x22 },
  update: { path: 0x0a, value: 0x1a, duplicates: 0x20 },
  uintVal: 0x18,
} as const;

export class UpdateReader {
  readonly #paths: LeafPaths;
  readonly #listener: UpdateListener;
  #bytes: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #at = 0;

  constructor(paths: LeafPaths, listener: UpdateListener) {
    this.#paths = paths;
    this.#listener = listener;
  }

  /** Reads one SubscribeResponse. Throws ResponseError. */
  read(message: Buffer): void {
    this.#bytes = message;
    this.#view = new DataView(message.buffer, message.byteOffset, message.byteLength);
    this.#at = 0;
    while (this.#at < message.length) {
      const found = this.#varint();
      if (found === tag.response.update) this.#notification(this.#end());
      else if (found === tag.response.syncResponse && this.#varint() === 1) this.#listener.syncResponse();
      else throw this.#unexpected('SubscribeResponse', found);
    }
  }

  #notification(end: number): void {
    while (this.#at < end) {
      const found = this.#varint();
      if (found === tag.notification.update) this.#update(this.#end());
      else if (found === tag.notification.timestamp) this.#skipVarint();
      else if (found === tag.notification.prefix) this.#at = this.#end();
      else throw this.#unexpected('Notification', found);
    }
  }

  #update(end: number): void {
    let pathStart = 0;
    let pathEnd = 0;
    let value = -1;
    let duplicates = 0;
    while (this.#at < end) {
      const found = this.#varint();
      if (found === tag.update.path) {
        pathEnd = this.#end();
        pathStart = this.#at;
        this.#at = pathEnd;
      } else if (found === tag.update.value) {
        const valueEnd = this.#end();
        value = this.#stamp(valueEnd);
        this.#at = valueEnd;
      } else if (found === tag.update.duplicates) duplicates = this.#varint();
      else throw this.#unexpected('Update', found);
    }
    if (value < 0) throw new ResponseError('an update has no value');
    const seq = stampSeq(this.#bytes, value);
    if (!this.#paths.is(seq % this.#paths.count, this.#view, pathStart, pathEnd)) {
      const path = this.#bytes.subarray(pathStart, pathEnd).toString('latin1');
      throw new ResponseError(`update ${seq} has the path of another leaf: ${JSON.stringify(path)}`);
    }
    this.#listener.update(seq, stampSent(this.#bytes, value), duplicates);
  }

  /** Where the stamp of a TypedValue that ends at `end` begins. */
  #stamp(end: number): number {
    if (end - this.#at !== 1 + stampBytes || this.#bytes[this.#at] !== tag.uintVal) {
      throw new ResponseError(
        `a value is not one of the target's: ${this.#bytes.toString('hex', this.#at, end)}`,
      );
    }
    return this.#at + 1;
  }

  /** Reads a length; where what has it ends. */
  #end(): number {
    const length = this.#varint();
    const end = this.#at + length;
    if (end > this.#bytes.length)
      throw new ResponseError(`a field of ${length} bytes ends beyond its message`);
    return end;
  }

  /** A varint of at most 28 bits. */
  #varint(): number {
    let byte = this.#bytes[this.#at++] as number;
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      byte = this.#bytes[this.#at++] as number;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new ResponseError('a number is longer than 28 bits or cut short');
  }

  #skipVarint(): void {
    while ((this.#bytes[this.#at++] as number) >= 0x80);
  }

  #unexpected(message: string, found: number): ResponseError {
    return new ResponseError(`${message} has field ${found >>> 3} with wire type ${found & 7}`);
  }
}
