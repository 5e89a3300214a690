// What a frame says beside its regions.
import { type Error as PdError, Error as PdErrorCodec } from '@syncline/proto/pdpb.ts';
import { Cursor } from '@syncline/protobuf/cursor.ts';
import { WireError } from '@syncline/protobuf/wire-error.ts';
import { digestBytes, frameField, headerField } from './frame-tags.ts';

/** The head of a frame that was read. What is absent is 0, empty or undefined; ours counts only from one of ours. */
export interface ReadHead {
  readonly clusterId: bigint;
  /** Set: the leader ends the stream, and nothing else of the frame counts. */
  readonly error: PdError | undefined;
  readonly startIndex: number;
  readonly term: number;
  /** A FrameKind, or a number that only a newer Syncline knows; 0 from a PD. */
  readonly kind: number;
  readonly previous: number;
  readonly leaderNext: number;
  readonly leaderUnixMs: number;
  /** Of the regions after the frame's last record: 256 buckets of 8 bytes, little endian; a view on the message. */
  readonly digest: Uint8Array | undefined;
  readonly traceparent: string;
  readonly removed: BigUint64Array;
  readonly total: number;
}

/** What readHeadField() fills. */
export type HeadInProgress = { -readonly [K in keyof ReadHead]: ReadHead[K] };

const noIds: BigUint64Array = new BigUint64Array(0);
const text = new TextDecoder();
const inner = new Cursor();

export function emptyHead(): HeadInProgress {
  return {
    clusterId: 0n,
    error: undefined,
    startIndex: 0,
    term: 0,
    kind: 0,
    previous: 0,
    leaderNext: 0,
    leaderUnixMs: 0,
    digest: undefined,
    traceparent: '',
    removed: noIds,
    total: 0,
  };
}

/** Takes the field that `tag` announced, which is none of the lists'. At the most `ids` removed ids are taken. */
export function readHeadField(at: Cursor, tag: number, head: HeadInProgress, ids: number): void {
  switch (tag >>> 3) {
    case frameField.header:
      at.content(tag, 'header');
      readHeader(at, head);
      break;
    case frameField.startIndex:
      head.startIndex = at.safeInteger(tag, 'start_index');
      break;
    case frameField.term:
      head.term = at.safeInteger(tag, 'term');
      break;
    case frameField.kind:
      head.kind = at.safeInteger(tag, 'kind');
      break;
    case frameField.previous:
      head.previous = at.safeInteger(tag, 'previous');
      break;
    case frameField.leaderNext:
      head.leaderNext = at.safeInteger(tag, 'leader_next');
      break;
    case frameField.leaderUnixMs:
      head.leaderUnixMs = at.safeInteger(tag, 'leader_unix_ms');
      break;
    case frameField.digest:
      at.content(tag, 'digest');
      head.digest = digestAt(at);
      break;
    case frameField.traceparent:
      at.content(tag, 'traceparent');
      head.traceparent = text.decode(at.bytes.subarray(at.start, at.stop));
      break;
    case frameField.removed:
      at.content(tag, 'removed');
      head.removed = idsAt(at, ids);
      break;
    case frameField.total:
      head.total = at.safeInteger(tag, 'total');
      break;
    default:
      at.skip(tag, 'frame');
  }
}

function readHeader(at: Cursor, head: HeadInProgress): void {
  const { bytes } = at;
  const within = inner.over(bytes, at.start, at.stop);
  while (within.more()) {
    const tag = within.tag('header');
    switch (tag >>> 3) {
      case headerField.clusterId:
        within.varint(tag, 'header.cluster_id');
        head.clusterId = (BigInt(within.hi) << 32n) | BigInt(within.lo);
        break;
      case headerField.error:
        within.content(tag, 'header.error');
        head.error = errorAt(bytes.subarray(within.start, within.stop));
        break;
      default:
        within.skip(tag, 'header');
    }
  }
}

function errorAt(bytes: Uint8Array): PdError {
  try {
    return PdErrorCodec.decode(bytes);
  } catch (cause) {
    throw new WireError('header.error', String(cause));
  }
}

function digestAt(at: Cursor): Uint8Array {
  const digest = at.bytes.subarray(at.start, at.stop);
  if (digest.length !== digestBytes) {
    throw new WireError('digest', `has ${digest.length} bytes, not ${digestBytes}`);
  }
  return digest;
}

function idsAt(at: Cursor, most: number): BigUint64Array {
  const within = inner.over(at.bytes, at.start, at.stop);
  let count = 0;
  for (let i = at.start; i < at.stop; i++) if ((at.bytes[i] as number) < 0x80) count++;
  if (count > most) throw new WireError('removed', `are ${count} ids, at most ${most} are taken`);
  const ids = new BigUint64Array(count);
  const halves = new Uint32Array(ids.buffer);
  for (let i = 0; within.more(); i += 2) {
    within.number('removed');
    halves[i] = within.lo;
    halves[i + 1] = within.hi;
  }
  return ids;
}
