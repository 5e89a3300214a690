// What the loops tell of their work, for logs and counters. Nobody decides by it.

import type { ConduitName, StreamName } from '@syncline/trench/stream-name.ts';

/** Something that a stream's loop did. */
export type StreamNote =
  | {
      readonly kind: 'registered' | 'refreshed' | 'unregistered';
      readonly identifier: number;
      readonly ips: readonly string[];
    }
  /** Another target took the identifier at the same moment; another is tried. */
  | { readonly kind: 'collision'; readonly identifier: number }
  /** The budget to unregister is used up: the NSP lets the target expire. */
  | { readonly kind: 'left-behind'; readonly identifier: number; readonly ips: readonly string[] }
  | { readonly kind: 'attempt-failed'; readonly error: Error };

/** Something that a conduit's loop did or learned. */
export type ConduitNote =
  | { readonly kind: 'connected' | 'renewed' | 'closed' }
  | { readonly kind: 'addresses'; readonly epoch: number; readonly ips: readonly string[] }
  | { readonly kind: 'link-down'; readonly detail: string }
  /** The connection cannot tell its addresses, as its bridge has none; what was known holds. */
  | { readonly kind: 'addresses-unknown' }
  /** The budget to close is used up: the connection may still be there. */
  | { readonly kind: 'close-given-up' }
  | { readonly kind: 'attempt-failed'; readonly error: Error };

/** Who is told. */
export interface LoopNotes {
  stream(name: StreamName, note: StreamNote): void;
  conduit(name: ConduitName, note: ConduitNote): void;
}
