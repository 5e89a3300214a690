// What a sync asks of its device, decided when the datastore was created.

/** How a stream's subscriptions are sent after the initial tree (gnmi.SubscriptionMode). */
export type Delivery = 'ON_CHANGE' | 'SAMPLE' | 'TARGET_DEFINED';

/** The encodings this datastore reads, best first. */
export const readableEncodings = ['PROTO', 'JSON_IETF', 'JSON'] as const;
export type ReadableEncoding = (typeof readableEncodings)[number];

/** How the device's tree is read. */
export type SyncMode =
  /** Subscribe, STREAM. */
  | { readonly kind: 'stream'; readonly delivery: Delivery; readonly sampleIntervalNs: bigint }
  /** Subscribe, ONCE. */
  | { readonly kind: 'once' }
  /** Get, again and again: this long after each answer was committed. */
  | { readonly kind: 'get'; readonly intervalMs: number };

/** What a session needs to know to decide. */
export interface SessionPlan {
  readonly mode: SyncMode;
  /** undefined: the best that the device offers. */
  readonly encoding: ReadableEncoding | undefined;
  /** How long the device may be silent before its sync_response. */
  readonly syncDeadlineMs: number;
  /** How long the initial tree may take at all, silent or not. */
  readonly syncLimitMs: number;
}
