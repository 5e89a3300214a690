// The messages of a sync stream, read: a frame that may be taken, or why there is none. A frame is true until the next
// is read, because its regions may lie in memory that is used again.

import { FrameKind } from '@syncline/proto/region-frame.ts';
import { ByteWriter } from '@syncline/protobuf/byte-writer.ts';
import { WireError } from '@syncline/protobuf/wire-error.ts';
import type { Identity } from '../cluster/identity.ts';
import { maxTerm } from '../log/index.ts';
import { type Frame, type FrameLimits, readFrame } from '../wire/frame.ts';
import type { FollowerEvent, FrameSummary } from './state.ts';

export type ReadMessage =
  | { readonly kind: 'frame'; readonly frame: Frame }
  | Extract<FollowerEvent, { kind: 'bad-frame' | 'error-frame' }>;

const kinds: readonly FrameKind[] = Object.values(FrameKind);
const firstCapacity = 1 << 16;

export class FrameReader {
  readonly #limits: FrameLimits;
  readonly #identity: Pick<Identity, 'clusterId'>;
  readonly #converted: ByteWriter = new ByteWriter(firstCapacity);

  constructor(limits: FrameLimits, identity: Pick<Identity, 'clusterId'>) {
    this.#limits = limits;
    this.#identity = identity;
  }

  read(message: Uint8Array): ReadMessage {
    let frame: Frame;
    try {
      frame = readFrame(message, this.#limits, this.#converted);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      return { kind: 'bad-frame', detail: error.message };
    }
    const { error, clusterId } = frame;
    if (error !== undefined) return { kind: 'error-frame', detail: `error ${error.type}: ${error.message}` };
    if (clusterId !== this.#identity.clusterId)
      return {
        kind: 'bad-frame',
        detail: `header.cluster_id: is ${clusterId}, the leader's is ${this.#identity.clusterId}`,
      };
    if (frame.term > maxTerm)
      return { kind: 'bad-frame', detail: `term: ${frame.term} is beyond every term, at most ${maxTerm}` };
    const { count, refused } = frame.run;
    if (Number.isSafeInteger(frame.startIndex + count + refused)) return { kind: 'frame', frame };
    return { kind: 'bad-frame', detail: `start_index: ${frame.startIndex} is beyond every index` };
  }
}

/** A frame as the state machine sees it. */
export function summaryOf(frame: Frame): FrameSummary {
  return {
    kind: kinds.find((kind) => kind === frame.kind) ?? FrameKind.UNRECOGNIZED,
    startIndex: frame.startIndex,
    count: frame.run.count + frame.run.refused,
    previous: frame.previous,
    term: frame.term,
    leaderNext: frame.leaderNext,
    total: frame.total,
    hasDigest: frame.digest !== undefined,
  };
}
