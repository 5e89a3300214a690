// What the subscriber is told and what it answers.

import type { Difference, Tally } from './leaf-log.ts';

/** What a subscriber process is started with. */
export interface SubscriberOptions {
  readonly leaves: number;
  /** The server, host:port. */
  readonly address: string;
  /** Goes into the prefix. */
  readonly target: string;
  readonly origin: string;
  readonly streams: number;
  /** The first stream, which may be stalled, has the first of these for itself; the others share the rest. */
  readonly connections: number;
}

export type SubscriberOrder =
  | { readonly kind: 'subscribe' }
  /** Tell when every stream has seen every leaf. */
  | { readonly kind: 'watch' }
  /** The first stream stops reading. */
  | { readonly kind: 'stall' }
  /** The target has sent `sent` updates: read on until every leaf is right, for `patienceMs` after the last message. */
  | { readonly kind: 'settle'; readonly sent: number; readonly patienceMs: number };

/** Times are of monotonicMs. */
export type SubscriberReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'subscribed'; readonly atMs: number }
  | { readonly kind: 'complete'; readonly lastLeafMs: number }
  | { readonly kind: 'stalled' }
  | { readonly kind: 'settled'; readonly streams: StreamSummary; readonly measured: Measured }
  | { readonly kind: 'failed'; readonly why: string };

/** All streams together. */
export interface StreamSummary extends Tally {
  /** Of the first stream that is not as the target left it. */
  readonly difference?: Difference;
  readonly stream?: number;
}

/** Of the streams that were never stalled, from one second after the first update of the flow. */
export interface Measured {
  readonly updates: number;
  /** From then until the last update. */
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}
