// Frames of pdpb.PD/SyncRegions: a head of a few fields, then a run, which is copied once at the most.
import type { FrameKind } from '@syncline/proto/region-frame.ts';
import { ByteWriter } from '@syncline/protobuf/byte-writer.ts';
import { frameHeaderBytes } from '@syncline/rpc/frame.ts';
import { frameField, headerField } from './frame-tags.ts';

/** What is in front of the run. All but the first two are our own and only for a follower that said hello. */
export interface FrameHead {
  readonly clusterId: bigint;
  /** The index of the run's first record; inside a snapshot the count of regions sent before. */
  readonly startIndex: number;
  readonly kind?: FrameKind;
  readonly term?: number;
  /** The follower's next index before this frame. */
  readonly previous?: number;
  readonly leaderNext?: number;
  readonly leaderUnixMs?: number;
  /** 256 buckets of 8 bytes, little endian. */
  readonly digest?: Uint8Array | undefined;
  readonly traceparent?: string | undefined;
  /** Ids of regions that went. */
  readonly removed?: BigUint64Array;
  /** Regions of the whole snapshot or delta. */
  readonly total?: number;
}

const head = new ByteWriter(4_096);
const inner = new ByteWriter(256);
const text = new TextEncoder();

/** What is written as one gRPC message, see RawCall.writeFramed. */
export type FramePieces = readonly Uint8Array[];

/** One gRPC message with `run` behind the head: the run itself, which has to stay as it is. */
export function frameOf(fields: FrameHead, run: Uint8Array): FramePieces {
  return [start(fields, run.length, 0).bytes, run];
}

/** One gRPC message without regions. */
export function emptyFrame(fields: FrameHead): FramePieces {
  return [start(fields, 0, 0).bytes];
}

/**
 * One gRPC message with room for a run of `runBytes`, which the caller has to fill wholly, from bytes[runAt] on:
 * for a run that lies in pieces.
 */
export function frameWithRoom(fields: FrameHead, runBytes: number): Start {
  return start(fields, runBytes, runBytes);
}

/** The beginning of a message, and where its run begins. */
interface Start {
  readonly bytes: Buffer;
  readonly runAt: number;
}

/** All of a message before its run of `runBytes`, and `room` bytes more. */
function start(fields: FrameHead, runBytes: number, room: number): Start {
  head.clear();
  writeHead(fields);
  const runAt = frameHeaderBytes + head.length;
  const bytes = Buffer.allocUnsafe(runAt + room);
  bytes[0] = 0;
  bytes.writeUInt32BE(head.length + runBytes, 1);
  bytes.set(head.view(), frameHeaderBytes);
  return { bytes, runAt };
}

function writeHead(fields: FrameHead): void {
  inner.clear();
  inner.uint64(
    headerField.clusterId,
    Number(fields.clusterId & 0xffff_ffffn),
    Number(fields.clusterId >> 32n),
  );
  head.content(frameField.header, inner.bytes, 0, inner.length);
  head.safeInteger(frameField.startIndex, fields.startIndex);
  head.safeInteger(frameField.term, fields.term ?? 0);
  head.safeInteger(frameField.kind, fields.kind ?? 0);
  head.safeInteger(frameField.previous, fields.previous ?? 0);
  head.safeInteger(frameField.leaderNext, fields.leaderNext ?? 0);
  head.safeInteger(frameField.leaderUnixMs, fields.leaderUnixMs ?? 0);
  if (fields.digest) head.content(frameField.digest, fields.digest, 0, fields.digest.length);
  if (fields.traceparent) {
    const traceparent = text.encode(fields.traceparent);
    head.content(frameField.traceparent, traceparent, 0, traceparent.length);
  }
  if (fields.removed && fields.removed.length > 0) writeRemoved(fields.removed);
  head.safeInteger(frameField.total, fields.total ?? 0);
}

function writeRemoved(ids: BigUint64Array): void {
  inner.clear();
  const halves = new Uint32Array(ids.buffer, ids.byteOffset, ids.length * 2);
  for (let i = 0; i < halves.length; i += 2) inner.varint(halves[i] as number, halves[i + 1] as number);
  head.content(frameField.removed, inner.bytes, 0, inner.length);
}
