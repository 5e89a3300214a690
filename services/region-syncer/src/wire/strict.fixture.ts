// For tests: what a strict decoder, as PD's generated one is, takes for a message, and messages that it refuses. A field
// that it knows refuses all of it when it has another wire type; one that it does not know only has to be whole.
import { ByteWriter } from '@syncline/protobuf/byte-writer.ts';
import { Cursor } from '@syncline/protobuf/cursor.ts';

/** The fields of a message by their numbers. */
export interface Shape {
  readonly [field: number]: 'number' | 'content' | Shape;
}

export const peerShape: Shape = { 1: 'number', 2: 'number', 3: 'number', 4: 'number' };
export const peerStatsShape: Shape = { 1: peerShape, 2: 'number' };
const regionShape: Shape = {
  1: 'number',
  2: 'content',
  3: 'content',
  4: { 1: 'number', 2: 'number' },
  5: peerShape,
  6: { 1: 'number', 2: 'content' },
  7: 'number',
  8: 'number',
};

/** Of a pdpb.SyncRegionResponse what a block has. */
export const blockShape: Shape = {
  2: regionShape,
  4: { 1: 'number', 2: 'number', 3: 'number', 4: 'number' },
  5: peerShape,
  6: { 1: 'number', 2: 'number', 3: 'content', 4: 'content', 5: 'number' },
};

/** Of a pdpb.RegionHeartbeatRequest. */
export const heartbeatShape: Shape = {
  1: { 1: 'number', 2: 'number', 3: 'content', 4: 'content' },
  2: regionShape,
  3: peerShape,
  4: peerStatsShape,
  5: peerShape,
  6: 'number',
  7: 'number',
  8: 'number',
  9: 'number',
  10: 'number',
  12: { 1: 'number', 2: 'number' },
  13: 'number',
  14: 'number',
  18: 'number',
  20: { 1: 'number', 2: 'content' },
  20007: 'content',
};

/** The fields of a heartbeat that are kept, and shown to others as they came. */
export const keptOfHeartbeat: readonly number[] = [2, 3, 4, 5, 20];

/** Throws WireError unless `bytes` are a message of this shape. */
export function decodeStrictly(bytes: Uint8Array, shape: Shape): void {
  const at = new Cursor().over(bytes, 0, bytes.length);
  while (at.more()) {
    const tag = at.tag('message');
    const expected = shape[tag >>> 3];
    if (expected === undefined) at.skip(tag, 'message');
    else if (expected === 'number') at.varint(tag, 'message');
    else {
      at.content(tag, 'message');
      if (expected !== 'content') decodeStrictly(bytes.subarray(at.start, at.stop), expected);
    }
  }
}

/** A message in which one field is not what it was. */
export interface Broken {
  readonly bytes: Uint8Array;
  /** The field's number, below those of the messages that it is in. */
  readonly path: readonly number[];
  /** Another wire type, with what belongs to it, or a length that is not the content's. */
  readonly by: 'type' | 'length';
}

/** The message `bytes`, of this shape, with each of its fields broken in every way, at any depth. */
export function* breakages(
  bytes: Uint8Array,
  shape: Shape,
  above: readonly number[] = [],
): Generator<Broken> {
  const at = new Cursor().over(bytes, 0, bytes.length);
  while (at.more()) {
    const from = at.at;
    const tag = at.tag('message');
    at.skip(tag, 'message');
    const path = [...above, tag >>> 3];
    const around = (field: Uint8Array) =>
      Buffer.concat([bytes.subarray(0, from), field, bytes.subarray(at.at)]);
    for (const { field, by } of brokenFields(tag, bytes.subarray(at.start, at.stop)))
      yield { bytes: around(field), path, by };
    const inside = shape[tag >>> 3];
    if (typeof inside !== 'object') continue;
    for (const broken of breakages(bytes.slice(at.start, at.stop), inside, path))
      yield { ...broken, bytes: around(content(tag, broken.bytes.length, broken.bytes)) };
  }
}

const isContent = 2;
/** By wire type: a number, 64 bits, content, the begin of a group and its end, 32 bits, and two that there are not. */
const values = [[7], [1, 2, 3, 4, 5, 6, 7, 8], [2, 8, 1], [], [], [1, 2, 3, 4], [], []];
const endlessNumber = Buffer.alloc(11, 0xff);

function* brokenFields(
  tag: number,
  whole: Uint8Array,
): Generator<{ readonly field: Uint8Array; readonly by: Broken['by'] }> {
  const type = tag & 7;
  for (const [other, value] of values.entries())
    if (other !== type)
      yield { field: Buffer.concat([varint(tag - type + other), Buffer.from(value)]), by: 'type' };
  yield { field: Buffer.concat([varint(tag), endlessNumber]), by: 'length' };
  if (type !== isContent) return;
  for (const length of [0, whole.length - 1, whole.length + 1, 2 ** 31])
    if (length >= 0 && length !== whole.length) yield { field: content(tag, length, whole), by: 'length' };
}

/** A field with this content, which says that it has `length` bytes. */
function content(tag: number, length: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([varint(tag), varint(length), bytes]);
}

function varint(value: number): Uint8Array {
  const out = new ByteWriter(10);
  out.varint(value, 0);
  return out.view().slice();
}
