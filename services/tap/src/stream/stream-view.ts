// What a conduit hands down to its streams: frozen, and complete. A stream never asks its conduit for anything
// (the question that upstream's streams asked back is where Meridio #578 hung).

/** The addresses of a connection at some moment. */
export interface ConnectionSnapshot {
  /** Grows by one when the set of local addresses changes, and only then. */
  readonly epoch: number;
  /** Canonical text with prefix length, sorted. */
  readonly localIps: readonly string[];
  /** Equal for two snapshots exactly when their local addresses are the same. */
  readonly ipsKey: string;
  /** The bridge's addresses, as text. */
  readonly gateways: readonly string[];
}

/** The link as its streams see it. */
export interface LinkView {
  readonly state: 'connecting' | 'up' | 'down' | 'closing';
  /** Why it is not up; '' when it is. */
  readonly detail: string;
  /** Undefined before there was a connection. It stays while the link is down. */
  readonly snapshot: ConnectionSnapshot | undefined;
}

/** What the NSP's configuration says of a stream; unknown until the first list. */
export type StreamConfigView =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'listed'; readonly maxTargets: number };

/** All that a stream's loop acts on, besides being wanted. */
export interface StreamView {
  readonly link: LinkView;
  readonly config: StreamConfigView;
}
