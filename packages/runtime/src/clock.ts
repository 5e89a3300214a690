// Time, as a thing that is passed in. Deadlines, leases and backoff use monotonic(); now() is data only
// (timestamps shown to people or written on the wire) and may step backwards.

/** A timer that was set; clearing it twice, or after it fired, does nothing. */
export interface Timer {
  clear(): void;
}

/** Where domain code gets time from: the machine's clock in a service, virtual time in the explorer. */
export interface Clock {
  /** Milliseconds since an arbitrary start, fractional; never steps back. */
  monotonic(): number;
  /** Wall-clock nanoseconds since 1970-01-01 UTC; may step back. */
  now(): bigint;
  /** Calls `fire` once, after `ms` (0 or more) of monotonic time. A pending timer never keeps a process alive. */
  setTimer(ms: number, fire: () => void): Timer;
}

/** The machine's clock. */
export const systemClock: Clock = {
  monotonic: () => performance.now(),
  now: () => BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e3)) * 1000n,
  setTimer(ms, fire) {
    const timer = setTimeout(fire, ms);
    timer.unref();
    return { clear: () => clearTimeout(timer) };
  },
};

/**
 * Waits `ms` of the clock's monotonic time.
 * Rejects with the signal's reason as soon as `signal` aborts; the timer is cleared either way.
 */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  if (signal.aborted) {
    reject(signal.reason as Error);
    return promise;
  }
  const onAbort = () => {
    timer.clear();
    reject(signal.reason as Error);
  };
  const timer = clock.setTimer(ms, () => {
    signal.removeEventListener('abort', onAbort);
    resolve();
  });
  signal.addEventListener('abort', onAbort, { once: true });
  return promise;
}
