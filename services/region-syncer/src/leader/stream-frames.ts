// The frames of one stream as bytes. Only one of ours is told more than a PD leader tells: what a frame is, and which
// record it continues from.

import { FrameKind } from '@syncline/proto/region-frame.ts';
import type { Clock } from '@syncline/runtime/clock.ts';
import type { Chunk } from '../log/chunk.ts';
import type { Replica } from '../replica/replica.ts';
import { emptyFrame, type FrameHead, frameOf, frameWithRoom } from '../wire/frame-writer.ts';
import type { RegionSource } from './region-source.ts';
import type { FramePlan } from './sync-phase.ts';

/** What a frame says of its leader. */
export type ToldReplica = Pick<Replica, 'term' | 'next' | 'durable' | 'digest'>;

export class StreamFrames {
  readonly #replica: ToldReplica;
  readonly #clusterId: bigint;
  readonly #clock: Clock;
  readonly #ours: boolean;

  constructor(replica: ToldReplica, clusterId: bigint, clock: Clock, ours: boolean) {
    this.#replica = replica;
    this.#clusterId = clusterId;
    this.#clock = clock;
    this.#ours = ours;
  }

  /** A frame that carries nothing. A keepalive has the digest of what is committed when that is all there is. */
  empty(plan: FramePlan): Buffer {
    const head = this.#head(plan);
    const { next, durable, digest } = this.#replica;
    const isComparable = plan.kind === FrameKind.KEEPALIVE && plan.startIndex === next && next === durable;
    return emptyFrame(this.#ours && isComparable ? { ...head, digest: digest.encode() } : head);
  }

  records(plan: FramePlan, chunk: Chunk): Buffer {
    return frameOf(this.#head(plan), chunk.bytes);
  }

  /** The run that `source` chose last. */
  regions(plan: FramePlan, source: RegionSource): Buffer {
    const { bytes, runAt } = frameWithRoom(this.#head(plan), source.runBytes);
    source.fill(bytes, runAt);
    return bytes;
  }

  ids(plan: FramePlan, removed: BigUint64Array): Buffer {
    return emptyFrame({ ...this.#head(plan), removed });
  }

  #head({ kind, startIndex, previous, total }: FramePlan): FrameHead {
    const clusterId = this.#clusterId;
    if (!this.#ours) return { clusterId, startIndex };
    const { term, next } = this.#replica;
    const leaderUnixMs = Number(this.#clock.now() / 1_000_000n);
    return { clusterId, startIndex, kind, term, previous, leaderNext: next, leaderUnixMs, total };
  }
}
