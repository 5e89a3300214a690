// How long the loops wait for what: every constant of Meridio's ambassador, as a parameter. Milliseconds throughout.

/** Delays between attempts: drawn from 0 to a bound that doubles from `initialMs` to `maxMs`. */
export interface RetryTimings {
  /** Above 0; 200 unless set. */
  readonly initialMs: number;
  /** `initialMs` or more; 5,000 unless set. */
  readonly maxMs: number;
}

/** The times of a stream's loop. */
export interface StreamTimings {
  /** One attempt to register or refresh a target, all of its calls together (15,000; upstream's PendingTime). */
  readonly attemptMs: number;
  readonly retry: RetryTimings;
  /**
   * When a stream has no identifier left: the least and the longest wait before looking again (200 and 2,000).
   * It does not grow, so who has waited long has the same chance as who has just come.
   */
  readonly fullRetry: { readonly leastMs: number; readonly mostMs: number };
  /** From one refresh of a target to the next (30,000), half of what the NSP lets it live. */
  readonly refreshMs: number;
  /** The share by which each refresh is early or late, 0 to 1 (0.1). */
  readonly refreshJitter: number;
  /** How long a target that is to go is tried to be unregistered (15,000); after that the NSP lets it expire. */
  readonly unregisterMs: number;
  /** One call of Unregister (5,000). */
  readonly unregisterCallMs: number;
  /** Whether targets are taken out of the registry while the link is down (off). */
  readonly unregisterOnDown: boolean;
}

/** The times of a conduit's loop, and of its streams. */
export interface ConduitTimings {
  /** One Request (15,000; MERIDIO_TIMEOUT). */
  readonly requestMs: number;
  readonly retry: RetryTimings;
  /** How long the monitor may take to tell of a connection that was there before (2,000). */
  readonly recoverMs: number;
  /** How long all attempts to close a connection may take (15,000), whatever unregistering took. */
  readonly closeMs: number;
  /** One call of Close (5,000). */
  readonly closeCallMs: number;
  /** How long a connection may be without local addresses before that is believed (2,000). */
  readonly emptyGraceMs: number;
  /** How long a link may be down before another endpoint is asked for (3,000). */
  readonly healMs: number;
  /** From one Request to the next when nothing changes (60,000): it finds what no event told. */
  readonly renewMs: number;
  /** The share by which each renewal is early or late, 0 to 1 (0.1). */
  readonly renewJitter: number;
  /** How long a watch of the configuration may take to give its first list (15,000). */
  readonly firstListMs: number;
  /** How much later than its own deadline a wait is called stuck by the watchdog (5,000). */
  readonly watchdogMs: number;
  readonly stream: StreamTimings;
}
