// The vocabulary of a session: where it can be, what can happen to it, and what it can want done.

import type { Delivery, ReadableEncoding } from './plan.ts';
import type { Offer } from './terms.ts';

/** Why a session epoch is begun; counted by these names in Status and /metrics. */
export type Why =
  | 'start'
  | 'resume'
  | 'resync'
  | 'poll'
  | 'connect_failed'
  | 'stream_ended'
  | 'sync_deadline'
  | 'on_change_refused'
  | 'worker_restart';

/** How long to wait before the next attempt: soon, or long because asking again will not help. */
export type Pace = 'backoff' | 'slow';

/** Where a session is. Connected is not synced: only a committed tree is. */
export type Phase =
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'negotiating' }
  /** Subscribed; `over` once a ONCE stream has ended and its last messages are on their way to the core. */
  | { readonly kind: 'syncing'; readonly sinceMs: number; readonly over: boolean }
  | { readonly kind: 'committing' }
  | { readonly kind: 'synced' }
  | { readonly kind: 'backoff'; readonly pace: Pace }
  | { readonly kind: 'done' };

/** A session, whole: two sessions in the same state behave the same from here on. */
export interface SessionState {
  readonly phase: Phase;
  /** The newest epoch that was asked for; the next is one more. */
  readonly epoch: number;
  /** Why the epoch that comes next, or is under way, was begun. */
  readonly why: Why;
  /** What the device agreed to; undefined until then. */
  readonly terms: Terms | undefined;
  /** What went wrong last, with the device's own words; empty when nothing did since it was synced. */
  readonly detail: string;
}

/** How the device shall send. */
export interface Terms {
  readonly encoding: ReadableEncoding;
  readonly delivery: Delivery;
}

/** What can happen to a session. Codes are gRPC status names. */
export type SessionEvent =
  | { readonly kind: 'start'; readonly why: Why }
  /** Paused, deleted or shut down; `detail` says which. */
  | { readonly kind: 'stop'; readonly detail: string }
  /** The core worker is gone, and with it the epoch. */
  | { readonly kind: 'lost'; readonly detail: string }
  | { readonly kind: 'resync' }
  /** The device's port answers. */
  | { readonly kind: 'reached' }
  | { readonly kind: 'offered'; readonly offer: Offer }
  /** The connection, Capabilities, the stream or the Get failed. */
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  /** The device ended the stream with OK. */
  | { readonly kind: 'ended' }
  /** Every message of a stream that is over was read by the core. */
  | { readonly kind: 'drained' }
  /** The core has read this epoch's sync_response. */
  | { readonly kind: 'sealed'; readonly epoch: number }
  /** The core has committed this epoch's tree. */
  | { readonly kind: 'committed'; readonly epoch: number }
  /** The timer of `wait` or `check` has run out. `lastDataMs`: when data arrived last. */
  | { readonly kind: 'due'; readonly lastDataMs: number };

/** What a session wants done, in order. A phase's timer ends with the phase. */
export type SessionEffect =
  /** Open a channel and ask for Capabilities; answered by reached and offered, or by failed. */
  | { readonly kind: 'connect' }
  /** Begin the epoch and subscribe. */
  | { readonly kind: 'subscribe'; readonly epoch: number; readonly terms: Terms; readonly why: Why }
  /** Get the tree; begin the epoch with the answer. */
  | { readonly kind: 'poll'; readonly epoch: number; readonly terms: Terms; readonly why: Why }
  /** End the RPC that is under way; nothing more of it is heard. */
  | { readonly kind: 'hangUp' }
  /** End the RPC and close the channel. */
  | { readonly kind: 'disconnect' }
  /** Send the core what was received of the epoch, then its end. */
  | { readonly kind: 'finish' }
  /** The core is gone: throw away what was meant for it. */
  | { readonly kind: 'forget' }
  /** The session is healthy from now on. */
  | { readonly kind: 'healthy' }
  /** Set the timer by the backoff's delay. */
  | { readonly kind: 'wait'; readonly pace: Pace }
  /** Set the timer. */
  | { readonly kind: 'check'; readonly inMs: number };
