// What the northbound side of one datastore has done, for Status and /metrics.

/** Counts since the process started; exact up to 2^53. */
export interface SendCounts {
  /** Subscribers ended with ABORTED because they read nothing for the whole deadline. */
  slowConsumers: number;
  /** Updates and deletes given to subscribers, each subscriber counted. */
  updates: number;
  /** Values that a subscriber never saw because a newer one came first; it is told in `duplicates`. */
  coalesced: number;
  /** Bytes of framed messages given to subscribers. */
  bytes: number;
}

/** What is going on at the moment, and the counts. */
export interface NorthboundCounts extends Readonly<SendCounts> {
  readonly subscribers: number;
  /** Of these, the ones that were up to date, do not keep up, and are brought up to date by pages. */
  readonly lagging: number;
  /** How long batches of the device have waited for subscribers to read, in ms. */
  readonly heldMs: number;
}

/** Counts that all start at 0. */
export function noSendCounts(): SendCounts {
  return { slowConsumers: 0, updates: 0, coalesced: 0, bytes: 0 };
}

/** Of a datastore that has never had a subscriber. */
export const noCounts: NorthboundCounts = { ...noSendCounts(), subscribers: 0, lagging: 0, heldMs: 0 };
