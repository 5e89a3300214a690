// Leaves → gRPC-framed SubscribeResponses, grouped by timestamp into Notifications of a bounded size. What a device
// sent is copied as it was encoded; only another encoding is worked out anew (datastore-hot-path.md 1.3).
import { encodeAs } from '@syncline/gnmi/encoding.ts';
import { Encoding, TypedValue } from '@syncline/proto/gnmi.ts';
import { varintSize } from '@syncline/protobuf/varint-size.ts';
import type { LeafTable } from './leaf-table.ts';
import { valueTag } from './typed-value-check.ts';
import { largestCount } from './window.ts';
import { Writer } from './writer.ts';

const frameHeader = 5;
const jsonTags: ReadonlySet<number> = new Set([valueTag.json, valueTag.jsonIetf]);

export class NotificationWriter {
  readonly #leaves: LeafTable;
  readonly #encoding: Encoding;
  readonly #prefix: Uint8Array;
  readonly #messageBytes: number;
  readonly #out: Writer = new Writer(64 * 1024);
  readonly #body: Writer = new Writer(16 * 1024);
  #timeLow = 0;
  #timeHigh = 0;
  /** Updates and deletes written since the last take(). */
  updates = 0;
  /** The sum of `duplicates` since the last take(). */
  coalesced = 0;

  /** `target` is echoed in every prefix unless it is empty; `messageBytes` bounds messages of several updates. */
  constructor(leaves: LeafTable, encoding: Encoding, target: string, messageBytes: number) {
    this.#leaves = leaves;
    this.#encoding = encoding;
    this.#messageBytes = messageBytes;
    this.#prefix = prefixField(target);
  }

  /** Bytes gathered so far. */
  get size(): number {
    return this.#out.length + this.#body.length;
  }

  /** Writes the leaf as running has it: its removal, or its value and how many it has `swallowed` (`duplicates`). */
  add(leaf: number, swallowed: number): void {
    const duplicates = Math.min(swallowed, largestCount);
    const leaves = this.#leaves;
    const timeLow = leaves.timeLow[leaf] as number;
    const timeHigh = leaves.timeHigh[leaf] as number;
    const body = this.#body;
    if (
      body.length > 0 &&
      (timeLow !== this.#timeLow || timeHigh !== this.#timeHigh || body.length >= this.#messageBytes)
    )
      this.#close();
    this.#timeLow = timeLow;
    this.#timeHigh = timeHigh;
    const { paths } = leaves;
    const pathStart = paths.start(leaf);
    const pathLength = paths.length(leaf);
    this.updates++;
    if (!leaves.isPresent(leaf)) {
      body.reserve(6 + pathLength);
      body.byte(0x2a);
      body.varint(pathLength);
      body.copy(paths.bytes(leaf), pathStart, pathStart + pathLength);
      return;
    }
    let value = leaves.slab.bytes(leaves.block[leaf] as number);
    let valueStart = leaves.slab.start(leaves.block[leaf] as number);
    let valueLength = leaves.length[leaf] as number;
    if (!this.#isReady(value[valueStart] as number)) {
      value = this.#convert(value.subarray(valueStart, valueStart + valueLength));
      valueStart = 0;
      valueLength = value.length;
    }
    const length =
      2 +
      varintSize(pathLength) +
      pathLength +
      varintSize(valueLength) +
      valueLength +
      (duplicates > 0 ? 1 + varintSize(duplicates) : 0);
    body.reserve(6 + length);
    body.byte(0x22);
    body.varint(length);
    body.byte(0x0a);
    body.varint(pathLength);
    body.copy(paths.bytes(leaf), pathStart, pathStart + pathLength);
    body.byte(0x1a);
    body.varint(valueLength);
    body.copy(value, valueStart, valueStart + valueLength);
    if (duplicates > 0) {
      body.byte(0x20);
      body.varint(duplicates);
      this.coalesced += duplicates;
    }
  }

  /** Writes a sync_response. */
  sync(): void {
    this.#close();
    const out = this.#out;
    out.reserve(frameHeader + 2);
    header(out, 2);
    out.byte(0x18);
    out.byte(1);
  }

  /** What was written, as one buffer; the writer begins anew. */
  take(): ArrayBuffer {
    this.#close();
    this.updates = this.coalesced = 0;
    return this.#out.take();
  }

  #close(): void {
    const body = this.#body;
    if (body.length === 0) return;
    const out = this.#out;
    const time = timeSize(this.#timeLow, this.#timeHigh);
    const notification = time + this.#prefix.length + body.length;
    const message = 1 + varintSize(notification) + notification;
    out.reserve(frameHeader + message + 16);
    header(out, message);
    out.byte(0x0a);
    out.varint(notification);
    if (time > 0) {
      out.byte(0x08);
      out.varint64(this.#timeLow, this.#timeHigh);
    }
    out.copy(this.#prefix, 0, this.#prefix.length);
    out.copy(body.buf, 0, body.length);
    body.length = 0;
  }

  /** Whether a stored value leaves as it is: JSON under its own encoding, everything but JSON under PROTO. */
  #isReady(tag: number): boolean {
    if (this.#encoding === Encoding.JSON) return tag === valueTag.json;
    if (this.#encoding === Encoding.JSON_IETF) return tag === valueTag.jsonIetf;
    return !jsonTags.has(tag);
  }

  #convert(stored: Uint8Array): Uint8Array {
    const { value } = TypedValue.decode(stored);
    return value === undefined
      ? stored
      : TypedValue.encode({ value: encodeAs(value, this.#encoding) }).finish();
  }
}

function header(out: Writer, length: number): void {
  out.byte(0);
  out.byte(length >>> 24);
  out.byte((length >>> 16) & 0xff);
  out.byte((length >>> 8) & 0xff);
  out.byte(length & 0xff);
}

function timeSize(low: number, high: number): number {
  if (high === 0) return low === 0 ? 0 : 1 + varintSize(low);
  if (high < 8) return 1 + 5;
  return 1 + 5 + Math.ceil((32 - Math.clz32(high >>> 3)) / 7);
}

function prefixField(target: string): Uint8Array {
  if (target === '') return new Uint8Array(0);
  const name = new TextEncoder().encode(target);
  const writer = new Writer(name.length + 16);
  const path = 1 + varintSize(name.length) + name.length;
  writer.byte(0x12);
  writer.varint(path);
  writer.byte(0x22);
  writer.varint(name.length);
  writer.copy(name, 0, name.length);
  return writer.buf.slice(0, writer.length);
}
