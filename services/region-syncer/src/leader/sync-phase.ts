// Where a follower's stream can be, what can happen to it, and what it then sends: the vocabulary of sync-machine.ts.

import type { FrameKind } from '@syncline/proto/region-frame.ts';
import type { JoinPlan } from '../log/plan.ts';

/** Where a stream is. */
export type SyncPhase =
  /** How to bring the follower up to date from `position`, its next record, is to be decided. */
  | { readonly kind: 'planning'; readonly position: number; readonly joining: boolean }
  /** Waits until regions are captured: all of them, or what changed from index `from` on. */
  | {
      readonly kind: 'waiting';
      readonly tier: 'snapshot' | 'delta';
      /** Of a delta. */
      readonly from: number;
      /** The follower's next record. */
      readonly position: number;
      /** It was sent nothing so far, so one of ours may be told that it has to wait. */
      readonly joining: boolean;
    }
  /** Sends all regions as of index `stands`; `sent` of `total` are gone. */
  | { readonly kind: 'snapshot'; readonly stands: number; readonly total: number; readonly sent: number }
  /** Sends what made the regions at `position` those at `stands`: first the removed ids, then the regions. */
  | {
      readonly kind: 'delta';
      readonly position: number;
      readonly stands: number;
      readonly total: number;
      readonly sent: number;
      /** Removed ids that are not sent. */
      readonly removed: number;
      /** The frame that says the total was sent. */
      readonly begun: boolean;
    }
  /** Sends the records after a snapshot; `cursor` is the next. */
  | {
      readonly kind: 'catch-up';
      readonly cursor: number;
      /** A PD's snapshot was empty: it takes the records for one when they are counted from 0. */
      readonly counted: number | undefined;
    }
  /** Sends records that the follower missed; `cursor` is the next. */
  | { readonly kind: 'replay'; readonly cursor: number }
  /** Sends records as they are made; `cursor` is the next. */
  | { readonly kind: 'live'; readonly cursor: number }
  /** Nothing can be done for this follower on this stream. */
  | { readonly kind: 'over' };

/** A stream, whole: two in the same state send the same from here on. */
export interface SyncState {
  readonly phase: SyncPhase;
  /** The follower is a Syncline and reads more than a PD does. */
  readonly ours: boolean;
  /** How often the log did not hold what came next since the follower was last up to date. */
  readonly losses: number;
}

/** What can happen to a stream. */
export type SyncEvent =
  /** It was decided; everything before `next` is committed. */
  | { readonly kind: 'planned'; readonly plan: JoinPlan; readonly next: number }
  /** The regions as of `position` are captured and durable. A delta that can no longer be told is a snapshot. */
  | {
      readonly kind: 'captured';
      readonly tier: 'snapshot' | 'delta';
      readonly position: number;
      /** Regions. */
      readonly total: number;
      /** Ids of those that went. */
      readonly removed: number;
    }
  /** So many more removed ids are to be sent now. */
  | { readonly kind: 'ids'; readonly count: number }
  /** So many more regions of the capture, at least one. */
  | { readonly kind: 'regions'; readonly count: number }
  /** The records that follow the cursor. */
  | { readonly kind: 'records'; readonly first: number; readonly count: number }
  /** Nothing follows the cursor, and everything before `next` is committed. */
  | { readonly kind: 'caught-up'; readonly next: number }
  /** What follows the cursor is no longer kept. */
  | { readonly kind: 'gone' }
  /** The follower has heard nothing for long enough; see caught-up for `next`. */
  | { readonly kind: 'quiet'; readonly next: number };

/** A frame without what it carries: the first of a step carries what its event brought, the others nothing. */
export interface FramePlan {
  readonly kind: FrameKind;
  readonly startIndex: number;
  /** The follower's next record before it. */
  readonly previous: number;
  /** Regions of the whole snapshot or delta, in its first frame; 0 in others. */
  readonly total: number;
}

/** What a stream needs to go on. */
export type SyncWant = 'plan' | 'capture' | 'ids' | 'regions' | 'records' | 'nothing';
