// The vocabulary of following: where a follower can be, what can happen to it, and what it can want done.

import type { FrameKind } from '@syncline/proto/region-frame.ts';
import type { Origin } from '../replica/standing.ts';

/** What a copy holds: all records before `next`, as `origin` numbers them. */
export interface Held {
  /** 0 when it holds nothing that a leader could be asked to continue. */
  readonly next: number;
  readonly origin: Origin | undefined;
  /** The highest term seen; 0 before the first. */
  readonly term: number;
}

/** Why a follower asks the way it does, or gave its stream up; counted by these names in Status and /metrics. */
export type Why =
  | 'start'
  | 'reset'
  | 'connect_failed'
  | 'stream_ended'
  | 'error_frame'
  | 'silence'
  | 'gap'
  | 'lower_term'
  | 'bad_frame'
  | 'digest_mismatch'
  | 'other_leader'
  | 'listing_failed'
  | 'other_cluster'
  | 'store_failed'
  | 'memory_full';

/** Where a follower is. */
export type Phase =
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting' }
  /** Asked; nothing was answered yet. */
  | { readonly kind: 'joining'; readonly asked: Asked }
  /** Takes what it missed. A foreign leader does not say how far that goes. */
  | { readonly kind: 'replaying'; readonly target: number | undefined }
  /** Takes the regions that changed, on top of what it holds; `total` is how many they are. */
  | { readonly kind: 'delta'; readonly taken: number; readonly total: number }
  /** Takes a snapshot into a second generation. `stands` is the index it is of, where the leader says it. */
  | {
      readonly kind: 'snapshot';
      readonly taken: number;
      readonly total: number | undefined;
      readonly stands: number | undefined;
      /** A foreign leader's index before the snapshot, where it is known. */
      readonly floor: number | undefined;
    }
  /** Takes the records made since the snapshot, into the second generation; `position` is the next. */
  | {
      readonly kind: 'catching-up';
      readonly position: number;
      readonly floor: number | undefined;
    }
  /** The second generation is being made the present one. `over`: the stream has ended meanwhile. */
  | {
      readonly kind: 'completing';
      readonly position: number;
      /** What has to be taken after it until nothing is missing. */
      readonly target: number;
      readonly origin: Origin;
      readonly over: { readonly why: Why; readonly detail: string } | undefined;
    }
  | { readonly kind: 'live' }
  | { readonly kind: 'backing-off' };

/** What the leader was asked for. */
export type Asked =
  /** What comes after the copy's own position. */
  | { readonly kind: 'onward' }
  /** All regions; of a foreign leader its index at that time is known. */
  | { readonly kind: 'everything'; readonly floor: number | undefined }
  /**
   * More than there is: a new PD answers with all regions, an old one with nothing but its index, after a while.
   * `again`: it has made records before, so a frame from 0 on has none.
   */
  | { readonly kind: 'probe'; readonly again: boolean }
  /** All regions at once, beside the stream, of a foreign leader that had reached `floor` before. */
  | { readonly kind: 'listing'; readonly floor: number };

/** More records than any leader has, which no PD ignores, and a number that every one can read. */
export const beyondAll: number = Number.MAX_SAFE_INTEGER;

/** Who answers at the leader's address. */
export interface LeaderHello {
  readonly member: bigint;
  /** It calls itself a Syncline; what it is shows in its frames. */
  readonly ours: boolean;
}

/** A follower, whole: two in the same state behave the same from here on. */
export interface FollowerState {
  readonly phase: Phase;
  readonly held: Held;
  readonly leader: LeaderHello | undefined;
  /** All regions are wanted, whatever is held. */
  readonly forced: boolean;
  /** The connection has been up since it was asked, so the leader is still the same process. */
  readonly sameProcess: boolean;
  /** An index that this process, a foreign leader, had reached before it is asked for all regions. */
  readonly floor: number | undefined;
  readonly why: Why;
  /** What went wrong last; empty when nothing did since it was live. */
  readonly detail: string;
}

/** What a frame says beside its regions. */
export interface FrameSummary {
  readonly kind: FrameKind;
  readonly startIndex: number;
  /** Records in it, those included that were left out as malformed. */
  readonly count: number;
  readonly previous: number;
  readonly term: number;
  readonly leaderNext: number;
  readonly total: number;
  readonly hasDigest: boolean;
}

/** What can happen to a follower. */
export type FollowerEvent =
  | { readonly kind: 'start' }
  | { readonly kind: 'stop' }
  /** The operator wants all regions taken anew, and says why. */
  | { readonly kind: 'reset'; readonly reason: string }
  | { readonly kind: 'reached'; readonly leader: LeaderHello }
  | { readonly kind: 'frame'; readonly frame: FrameSummary }
  /** A frame that cannot be read; nothing of it counts. */
  | { readonly kind: 'bad-frame'; readonly detail: string }
  /** The leader says why it ends the stream. */
  | { readonly kind: 'error-frame'; readonly detail: string }
  /** The connection is gone: what answers on another may be another process. */
  | { readonly kind: 'lost' }
  /** The call or the connection is over, with OK too. */
  | { readonly kind: 'ended'; readonly detail: string }
  /** The digest of the frame before was not ours. */
  | { readonly kind: 'mismatch' }
  /** The second generation is the present one. */
  | { readonly kind: 'completed' }
  /** What was wanted done could not be: `next` is what the copy holds all the same. */
  | { readonly kind: 'failed'; readonly why: Why; readonly detail: string; readonly next: number }
  /** The timer of `wait` or `watch` has run out. */
  | { readonly kind: 'due' };

/** How a stream began. */
export type Tier = 'in-sync' | 'replay' | 'delta' | 'snapshot';

/** What a follower wants done, in order. A phase's timer ends with the phase. */
export type FollowerEffect =
  | CopyEffect
  /** Open a channel and ask who leads; answered by reached, or by failed. */
  | { readonly kind: 'connect' }
  /** Open the stream with this start_index. */
  | { readonly kind: 'ask'; readonly index: number }
  /** Read all regions by ScanRegions, as one frame; answered by that frame, or by failed. */
  | { readonly kind: 'list' }
  /** End the stream; nothing more of it is heard. */
  | { readonly kind: 'hang-up' }
  /** End the stream and close the channel. */
  | { readonly kind: 'disconnect' }
  /** The stream has begun in this way. */
  | { readonly kind: 'joined'; readonly tier: Tier }
  /** The follower is healthy from now on. */
  | { readonly kind: 'healthy' }
  /** Set the timer by the backoff's delay. */
  | { readonly kind: 'wait' }
  /** Set the timer to the silence limit from now. */
  | { readonly kind: 'watch' };

/** What it wants done with its copy. */
export type CopyEffect =
  /** The frame's records are the next; with `judge` they are put to PD's rules first. */
  | { readonly kind: 'apply'; readonly judge: boolean }
  /** The frame's records were taken before: count them as superseded. */
  | { readonly kind: 'skip' }
  /** The position is `next`, though no record says so. */
  | { readonly kind: 'move'; readonly next: number }
  /** Remove and put what the frame says; the position stays. */
  | { readonly kind: 'delta' }
  /** What was removed and put stands for all records before `next`. */
  | { readonly kind: 'rebase'; readonly next: number }
  /** Begin a second generation. */
  | { readonly kind: 'begin' }
  /** The frame is a piece of it. */
  | { readonly kind: 'stage' }
  /** The frame's records come after it. */
  | { readonly kind: 'catch-up'; readonly judge: boolean }
  /** Make it the present one, at `position`; answered by completed or failed. Nothing is read meanwhile. */
  | { readonly kind: 'complete'; readonly position: number; readonly origin: Origin }
  /** Throw it away. */
  | { readonly kind: 'drop' }
  /** Compare the frame's digest with the copy's, as it is after the frame; answered by mismatch when they differ. */
  | { readonly kind: 'compare' };
