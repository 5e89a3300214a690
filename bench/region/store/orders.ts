// What the stores are told and what they answer.

/** How a region changes: its leader moves, at no change in size, or its version becomes the time, see stampNow. */
export type Change = 'leader' | 'stamp';

/** What the stores are started with. */
export interface StoresOptions {
  /** The leader, host:port. */
  readonly address: string;
  /** Regions of the layout. */
  readonly regions: number;
}

export type StoresOrder =
  /** Tell of every region as it was laid. */
  | { readonly kind: 'report' }
  /** Change as many regions as fast as the leader reads. */
  | { readonly kind: 'change'; readonly count: number; readonly change: Change }
  /** Change regions at a rate a second; `seconds` may be Infinity. */
  | { readonly kind: 'pace'; readonly rate: number; readonly seconds: number; readonly change: Change }
  /** Ends the pace at once. */
  | { readonly kind: 'halt' };

export type StoresReport =
  /** The stores have joined the cluster. */
  | { readonly kind: 'joined' }
  | { readonly kind: 'sent'; readonly sent: Sent }
  | { readonly kind: 'halting' }
  | { readonly kind: 'failed'; readonly why: string };

export interface Sent {
  /** Heartbeats since the start. */
  readonly heartbeats: number;
  /** How late a change of this order was sent at the most, in milliseconds. */
  readonly behindMs: number;
}
