// The ways in which the proxy misbehaves on command, as data.

/** One way to misbehave, on one conduit or on all, until it is cleared. */
export type Fault =
  | { readonly kind: 'no_bridge_address' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'hang' }
  /** `code` is a gRPC status. */
  | { readonly kind: 'error'; readonly code: number; readonly message: string }
  | { readonly kind: 'drop_events' }
  | { readonly kind: 'duplicate_events' }
  | { readonly kind: 'reorder_events' }
  | { readonly kind: 'permute_addresses' }
  | { readonly kind: 'no_initial_event' }
  | { readonly kind: 'end_monitor' };

export type FaultKind = Fault['kind'];

/** The fault of one kind. */
export type FaultOf<K extends FaultKind> = Extract<Fault, { readonly kind: K }>;

/** A Request or Close failed because a fault says so. */
export class InjectedError extends Error {
  override name = 'InjectedError';
  readonly code: number;

  constructor({ code, message }: FaultOf<'error'>) {
    super(message);
    this.code = code;
  }
}
