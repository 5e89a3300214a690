// The frames of one stream as bytes. Only one of ours is told more than a PD leader tells: what a frame is, which record
// it continues from, and at times what the regions are after it.

import { FrameKind } from '@syncline/proto/region-frame.ts';
import type { Chunk } from '../log/chunk.ts';
import {
  emptyFrame,
  type FrameHead,
  type FramePieces,
  frameOf,
  frameWithRoom,
} from '../wire/frame-writer.ts';
import type { RegionSource } from './region-source.ts';
import type { SyncParts } from './sync-parts.ts';
import type { FramePlan } from './sync-phase.ts';

export class StreamFrames {
  readonly #parts: Pick<SyncParts, 'replica' | 'clusterId' | 'clock' | 'traces'>;
  readonly #ours: boolean;

  constructor(parts: Pick<SyncParts, 'replica' | 'clusterId' | 'clock' | 'traces'>, ours: boolean) {
    this.#parts = parts;
    this.#ours = ours;
  }

  /** A frame that carries nothing. A keepalive has the digest of what is committed when that is all there is. */
  empty(plan: FramePlan): FramePieces {
    const head = this.#head(plan);
    const { next, durable, digest } = this.#parts.replica;
    const isComparable = plan.kind === FrameKind.KEEPALIVE && plan.startIndex === next && next === durable;
    return emptyFrame(this.#ours && isComparable ? { ...head, digest: digest.encode() } : head);
  }

  /** A frame of live records has their digest, if there is one, and the trace context of the first that is traced. */
  records(plan: FramePlan, { first, count, bytes, digest }: Chunk): FramePieces {
    const head = this.#head(plan);
    if (plan.kind !== FrameKind.LIVE) return frameOf(head, bytes);
    const traceparent = this.#parts.traces?.sent(first, count);
    return frameOf(this.#ours ? { ...head, digest, traceparent } : head, bytes);
  }

  /** The run that `source` chose last. */
  regions(plan: FramePlan, source: RegionSource): FramePieces {
    const { bytes, runAt } = frameWithRoom(this.#head(plan), source.runBytes);
    source.fill(bytes, runAt);
    return [bytes];
  }

  ids(plan: FramePlan, removed: BigUint64Array): FramePieces {
    return emptyFrame({ ...this.#head(plan), removed });
  }

  #head({ kind, startIndex, previous, total }: FramePlan): FrameHead {
    const { clusterId, replica, clock } = this.#parts;
    if (!this.#ours) return { clusterId, startIndex };
    const { term, next } = replica;
    const leaderUnixMs = Number(clock.now() / 1_000_000n);
    return { clusterId, startIndex, kind, term, previous, leaderNext: next, leaderUnixMs, total };
  }
}
