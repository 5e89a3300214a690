// Why streams of followers end: all with UNAVAILABLE, whoever is at fault, because a follower is to come back; after OK a
// PD would not.

import { Metadata } from 'nice-grpc-common';

/** In a word, for the counts. */
export type EndReason =
  /** The follower left, or its connection was lost. */
  | 'left'
  /** It took nothing of what waited for it. */
  | 'stalled'
  /** A newer stream has its name. */
  | 'replaced'
  /** It is to have a snapshot. */
  | 'forced'
  /** It would have to wait too long for a snapshot. */
  | 'no-place'
  /** What it lacks is no longer kept. */
  | 'history-lost'
  /** The disk does not give what it lacks. */
  | 'disk'
  /** This member leads no longer. */
  | 'not-leader'
  | 'drained'
  /** A fault of ours, which is logged. */
  | 'fault';

/** A stream's end, as it is told. */
export interface StreamEnd {
  readonly reason: EndReason;
  readonly details: string;
  /** When the follower may come back, in ms; 0 at once. */
  readonly retryAfterMs: number;
}

/** When a follower may come back, in ms. */
export const retryAfterKey = 'retry-after-ms';

/** The status of an end and what goes with it. */
export function trailerOf(retryAfterMs: number): Metadata {
  const trailer = Metadata();
  if (retryAfterMs > 0) trailer.set(retryAfterKey, String(Math.ceil(retryAfterMs)));
  return trailer;
}
