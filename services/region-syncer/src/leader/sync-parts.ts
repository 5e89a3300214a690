// What the streams of a leader work with, and whom they tell.

import type { Clock } from '@syncline/runtime/clock.ts';
import type { Replica } from '../replica/replica.ts';
import type { LeaderLimits } from './leader-limits.ts';
import type { Places } from './places.ts';
import type { RecordTraces } from './record-traces.ts';
import type { SharedFrames } from './shared-frames.ts';
import type { StreamCounts } from './stream-counts.ts';
import type { EndReason } from './stream-ends.ts';
import type { SyncStream } from './sync-stream.ts';

/** What a stream sends from. */
export type SyncReplica = Pick<
  Replica,
  | 'next'
  | 'durable'
  | 'first'
  | 'term'
  | 'lineage'
  | 'deltaFloor'
  | 'digest'
  | 'read'
  | 'readLog'
  | 'capture'
  | 'captureSince'
  | 'pin'
  | 'whenDurable'
>;

/** What the streams of a leader have in common. */
export interface SyncParts {
  readonly replica: SyncReplica;
  readonly clusterId: bigint;
  readonly limits: LeaderLimits;
  readonly clock: Clock;
  /** Stands still while the process does: who could not send or be sent anything was not stalled. */
  readonly awake: Clock;
  readonly places: Places;
  readonly frames: SharedFrames;
  readonly counts: StreamCounts;
  /** Undefined when nothing is traced. */
  readonly traces: RecordTraces | undefined;
  /** Whether this member holds the leadership at this very moment: nothing is sent otherwise. */
  readonly maySend: () => boolean;
}

/** What a stream tells the one who keeps it. */
export interface SyncOwner {
  /** It has something to send. */
  readonly wake: (stream: SyncStream) => void;
  /** It is over; called once. */
  readonly closed: (stream: SyncStream, reason: EndReason) => void;
  /** Something threw that should not have; the stream ends. */
  readonly fault: (stream: SyncStream, error: unknown) => void;
}
