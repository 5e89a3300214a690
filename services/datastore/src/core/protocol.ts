// What the main thread and a core worker say to each other. The main thread owns the network and the state
// machines, the worker owns every leaf. Both directions are FIFO; bytes are transferred, never copied.
// A datastore is named by its catalog number, a subscriber by a number that the main thread never uses twice.

import type { Encoding, GetRequest_DataType } from '@syncline/proto/gnmi.ts';

/** What a core worker is started with (its workerData). */
export interface CoreWorkerData {
  /** Failpoints to arm, see @syncline/runtime/failpoint-spec.ts; empty in production. */
  readonly failpoints: string;
  /** Whether spans are exported: without, no traceparent is made. */
  readonly traced: boolean;
}

/** How a datastore's sync is known in the core: its slot is its bit in each leaf's set of owners, 0 to 31. */
export interface SyncSpec {
  readonly slot: number;
  readonly name: string;
  /** Request paths (gnmi.Path, encoded) the sync subscribes to; it owns nothing outside of them. */
  readonly paths: readonly Uint8Array[];
}

/** The bounds of one datastore in the core. All are settings. */
export interface CoreLimits {
  /** Bytes of values that an open window holds in memory: beyond, a replace window spills and a merge window withholds credit. */
  readonly windowBytes: number;
  /** Longest canonical path, in bytes; a longer one is quarantined. */
  readonly pathBytes: number;
  /** Bytes of one northbound message that holds more than one update. */
  readonly messageBytes: number;
  /** Changes in one commit up to which they are pushed to live subscribers; beyond, subscribers pull. */
  readonly pushChanges: number;
  /** Changes that are remembered for subscribers that lag; older ones are folded into one entry a leaf. */
  readonly ringEntries: number;
  /** Folded entries of all lagging subscribers together; beyond, the one furthest behind is given up. */
  readonly foldedEntries: number;
  /** First and longest wait before a commit that failed is tried again, in milliseconds. */
  readonly commitRetryMs: { readonly initial: number; readonly max: number };
  /** Largest encoded GetResponse, in bytes. */
  readonly getBytes: number;
}

/** What a northbound RPC wants to see, checked already by the main thread. */
export interface Selection {
  /** Paths (gnmi.Path, encoded, without target) with the prefix joined on. */
  readonly paths: readonly SelectedPath[];
  /** One that is served: JSON, PROTO or JSON_IETF. */
  readonly encoding: Encoding;
  /** prefix.target to echo; empty when the client gave none. */
  readonly target: string;
  /** Levels below each path; 0 is unlimited (gNMI depth extension). */
  readonly depth: number;
}

export interface SelectedPath {
  readonly path: Uint8Array;
  /** When it is sent after the initial set: as it changes, or as the clock says. */
  readonly delivery:
    | { readonly kind: 'change'; readonly heartbeatMs: number }
    | {
        readonly kind: 'sample';
        readonly intervalMs: number;
        readonly heartbeatMs: number;
        readonly suppressRedundant: boolean;
      };
}

/** The three shapes of Subscribe. `updatesOnly` leaves out the initial set. */
export interface Subscription extends Selection {
  readonly mode: 'once' | 'poll' | 'stream';
  readonly updatesOnly: boolean;
}

/** Get asks for one notification a path. */
export interface Query extends Omit<Selection, 'paths'> {
  readonly paths: readonly Uint8Array[];
  readonly type: GetRequest_DataType;
}

/** Messages to the core. Those with `request` are answered by one Reply or Refusal with the same number. */
export type ToCore =
  | {
      readonly kind: 'open';
      readonly request: number;
      readonly datastore: number;
      readonly name: string;
      readonly file: string;
      readonly syncs: readonly SyncSpec[];
      readonly limits: CoreLimits;
    }
  /** Answered once the store is closed. Its subscribers get `ended`, which says whether the datastore was deleted. */
  | {
      readonly kind: 'close';
      readonly request: number;
      readonly datastore: number;
      readonly deleted: boolean;
    }
  /** A session's new epoch: what follows is the device's whole tree, up to its sync_response. */
  | { readonly kind: 'begin'; readonly datastore: number; readonly sync: number; readonly epoch: number }
  /**
   * SubscribeResponses as they came, each behind its length (32 bits, little-endian). At the most one ingest a
   * sync is under way: the next may follow its `ingested`.
   */
  | {
      readonly kind: 'ingest';
      readonly datastore: number;
      readonly sync: number;
      readonly epoch: number;
      readonly chunk: ArrayBuffer;
      readonly trace?: string;
    }
  /** The session is over; a replace window without its sync_response is discarded, a merge window is still committed. */
  | { readonly kind: 'end'; readonly datastore: number; readonly sync: number; readonly epoch: number }
  /** Answered by pages: the first at once, a further one after each `pull`, until a page says `live` or `done`. */
  | {
      readonly kind: 'subscribe';
      readonly datastore: number;
      readonly subscriber: number;
      readonly subscription: Subscription;
    }
  /** The last page of this subscriber has left; send the next. */
  | { readonly kind: 'pull'; readonly datastore: number; readonly subscriber: number }
  /** A live subscriber has stopped reading; it was given everything up to `cursor`. It asks again by `pull`. */
  | { readonly kind: 'lag'; readonly datastore: number; readonly subscriber: number; readonly cursor: number }
  /** POLL: start the next full set. */
  | { readonly kind: 'poll'; readonly datastore: number; readonly subscriber: number }
  | { readonly kind: 'unsubscribe'; readonly datastore: number; readonly subscriber: number }
  | { readonly kind: 'get'; readonly request: number; readonly datastore: number; readonly query: Query }
  | { readonly kind: 'observe'; readonly request: number; readonly datastore: number }
  /** Answered as soon as the worker's loop comes round: the main thread's watchdog. */
  | { readonly kind: 'ping'; readonly request: number };

/** The last message to a worker: it ends by itself, after its last spans have left. */
export interface Finish {
  readonly kind: 'finish';
}

export type FromCore =
  | {
      readonly kind: 'reply';
      readonly request: number;
      readonly value: Done | Got | CoreStatus;
    }
  | {
      readonly kind: 'refusal';
      readonly request: number;
      readonly code: 'NOT_FOUND' | 'INVALID_ARGUMENT' | 'UNIMPLEMENTED' | 'RESOURCE_EXHAUSTED' | 'INTERNAL';
      readonly message: string;
    }
  /** Credit for the next ingest of this sync. Withheld while a merge window is full. */
  | { readonly kind: 'ingested'; readonly datastore: number; readonly sync: number; readonly epoch: number }
  /** The epoch's first sync_response was read; its replace window is sealed and waits for its commit. */
  | { readonly kind: 'sealed'; readonly datastore: number; readonly sync: number; readonly epoch: number }
  /** The epoch's replace window is committed: the sync is SYNCED. */
  | { readonly kind: 'synced'; readonly datastore: number; readonly sync: number; readonly epoch: number }
  /** Commits fail (or work again, when `error` is empty). */
  | { readonly kind: 'degraded'; readonly datastore: number; readonly error: string }
  /** gRPC-framed SubscribeResponses for every live subscriber of the feed; they are up to date to `head` after it. */
  | {
      readonly kind: 'feed';
      readonly datastore: number;
      readonly feed: number;
      readonly frames: ArrayBuffer;
      readonly head: number;
      readonly updates: number;
      readonly trace?: string;
    }
  /** A commit too large to push: every live subscriber of the feed lags from here and must pull. */
  | { readonly kind: 'behind'; readonly datastore: number; readonly feed: number }
  | Page
  /** The subscriber is given up by the core (its datastore was closed, or it lagged beyond the bound on folded entries). */
  | {
      readonly kind: 'ended';
      readonly datastore: number;
      readonly subscriber: number;
      readonly code: 'ABORTED' | 'NOT_FOUND' | 'UNAVAILABLE';
      readonly message: string;
    };

/**
 * What one subscriber gets beside the feed: its initial set, what it missed while it lagged, or a sample.
 * `unasked` pages are samples and heartbeats of a subscriber that is live: it stays live, and no pull follows.
 */
export interface Page {
  readonly kind: 'page';
  readonly datastore: number;
  readonly subscriber: number;
  /** gRPC-framed SubscribeResponses; may be empty. */
  readonly frames: ArrayBuffer;
  readonly updates: number;
  /** Values left out because a newer one came first: the sum of `duplicates` in the frames. */
  readonly coalesced: number;
  /** The frames end with this subscriber's sync_response. */
  readonly sync: boolean;
  readonly then: /** Ask by `pull` when these frames have left. */
    | { readonly kind: 'more' }
    /** Up to date to `head`; the feed's next message follows on. */
    | { readonly kind: 'live'; readonly feed: number; readonly head: number }
    /** ONCE: nothing follows. POLL: nothing until `poll`. */
    | { readonly kind: 'done' }
    /** A sample of what was at `head`: everything pushed up to there was sent before. */
    | { readonly kind: 'unasked'; readonly head: number };
}

/** The answer to a question that only asks for something to be done. */
export interface Done {
  readonly done: true;
}

export interface Got {
  /** The notifications of a gnmi.GetResponse, encoded as its field 1, ready to be sent. */
  readonly response: ArrayBuffer;
}

/** Every received item is in exactly one of applied, superseded, stale, quarantined and pending. */
export interface Ledger {
  received: number;
  applied: number;
  superseded: number;
  stale: number;
  quarantined: number;
  pending: number;
  dropped: number;
  notifications: number;
  syncResponses: number;
  unchanged: number;
  regressions: number;
  swept: number;
  bytes: number;
}

export interface Quarantined {
  readonly path: string;
  readonly reason: string;
  readonly atNs: bigint;
}

export interface CoreSyncStatus {
  readonly slot: number;
  readonly epoch: number;
  readonly lastSyncNs: bigint;
  readonly ledger: Readonly<Ledger>;
  readonly window: {
    readonly kind: 'replace' | 'merge' | 'none';
    readonly leaves: number;
    readonly bytes: number;
    readonly spilled: number;
  };
  /** Newest first, at the most 20. */
  readonly quarantined: readonly Quarantined[];
}

export interface CoreStatus {
  readonly version: number;
  readonly leaves: number;
  readonly valueBytes: number;
  readonly syncs: readonly CoreSyncStatus[];
  readonly commits: {
    readonly committed: number;
    readonly failed: number;
    readonly discarded: number;
    readonly inFlightMs: number;
    readonly lastError: string;
  };
  /** Subscribers that are caught up by pages, and the entries folded for them. */
  readonly lagging: number;
  readonly folded: number;
}
