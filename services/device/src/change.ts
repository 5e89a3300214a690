// What happened to the tree in one step, and what is written to subscribers because of it.

import type { Path } from '@syncline/gnmi/path.ts';
import type { CallStatus } from './status.ts';
import type { TreeLeaf } from './tree-leaf.ts';

/** Where a notification comes from. Leaves that share a stamp may share a notification. */
export interface Stamp {
  /** Nanoseconds since 1970 of the change; undefined: the moment of writing, as for a sample. */
  readonly timestamp: bigint | undefined;
  /** W3C traceparent of the change, when it is traced. */
  readonly traceparent: string | undefined;
}

/** One step of the tree. Leaves are unique in it and none is in both lists. */
export interface Change {
  readonly stamp: Stamp;
  /** Places that were deleted, before the updates, as they were ordered; without wildcards. */
  readonly deletes: readonly Path[];
  /** Leaves that are gone because of it. */
  readonly removed: readonly TreeLeaf[];
  /** Leaves that were set, whether or not to a different value. */
  readonly updates: readonly TreeLeaf[];
  /** Set when the updates are all there is under this path (gNMI's `atomic`). */
  readonly atomicUnder: Path | undefined;
  /** Leaves outside the tree that every subscriber is sent, asked for or not: a fault. */
  readonly strays: readonly TreeLeaf[];
}

/** A change that sets leaves and does nothing else. */
export function changeOf(stamp: Stamp, updates: readonly TreeLeaf[]): Change {
  return { stamp, deletes: [], removed: [], updates, atomicUnder: undefined, strays: [] };
}

/** A gNMI notification before it is encoded. Values are read from the leaves when it is. */
export interface Notification {
  readonly kind: 'notification';
  readonly stamp: Stamp;
  readonly atomicUnder: Path | undefined;
  readonly deletes: readonly Path[];
  readonly updates: readonly TreeLeaf[];
  /** How many older values a leaf's update stands for, where there are any. */
  readonly duplicates: ReadonlyMap<TreeLeaf, number>;
}

/** One message to a subscriber. */
export type Message =
  | Notification
  | { readonly kind: 'sync' }
  /** An encoded gnmi.Notification that leaves as it is. */
  | { readonly kind: 'raw'; readonly notification: Uint8Array };

/** What waits its turn in a subscriber's outbox besides leaves. */
export type Item =
  | Message
  /** Nothing more is written until faults are healed. */
  | { readonly kind: 'pause' }
  /** The stream ends here. */
  | { readonly kind: 'end'; readonly status: CallStatus };

/** For notifications in which nothing was coalesced. */
export const noDuplicates: ReadonlyMap<TreeLeaf, number> = new Map();
