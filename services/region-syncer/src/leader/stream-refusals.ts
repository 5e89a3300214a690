// Why a request of a follower does not become a stream, and what the follower is told.

import type { RawCall } from '@syncline/rpc/raw-call.ts';
import { Status } from 'nice-grpc-common';
import type { StreamCounts } from './stream-counts.ts';
import { trailerOf } from './stream-ends.ts';

/** Each with its status; the words are those of the counts. */
const statuses = {
  /** This member does not lead, or is draining. */
  closed: Status.UNAVAILABLE,
  /** It is malformed, or does not say who asks. */
  request: Status.INVALID_ARGUMENT,
  /** It is of another cluster. */
  cluster: Status.FAILED_PRECONDITION,
  /** Its follower has seen a newer term; this leader goes above it. */
  term: Status.UNAVAILABLE,
  /** Its follower has seen a term that no leader goes above. */
  'term-beyond': Status.FAILED_PRECONDITION,
  /** Streams of this name have replaced each other too often. */
  twin: Status.UNAVAILABLE,
  /** There are too many streams. */
  streams: Status.RESOURCE_EXHAUSTED,
  /** It did not come in time. */
  silent: Status.DEADLINE_EXCEEDED,
} as const;

/** In a word, for the counts; surplus is one after the first of its stream, which goes on. */
export type RefusalReason = keyof typeof statuses | 'surplus';

/** A stream that cannot be. */
export class StreamRefusedError extends Error {
  override name = 'StreamRefusedError';
  readonly reason: keyof typeof statuses;
  /** When the follower may come back, in ms; 0 at once. */
  readonly retryAfterMs: number;

  constructor(reason: keyof typeof statuses, message: string, retryAfterMs = 0) {
    super(message);
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }

  /** The call ends with it. */
  get status(): Status {
    return statuses[this.reason];
  }
}

/** Ends and counts a call that does not become a stream. */
export function refuse(
  call: RawCall,
  { reason, status, message, retryAfterMs }: StreamRefusedError,
  counts: StreamCounts,
): void {
  counts.refused(reason);
  call.end(status, message, trailerOf(retryAfterMs));
}
