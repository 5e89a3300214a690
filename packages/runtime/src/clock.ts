// Time, as a thing that is passed in. Deadlines, leases and backoff use monotonic(); now() is data only
// (timestamps shown to people or written on the wire) and may step backwards.

import { Waiter } from './waiter.ts';

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
  /**
   * Calls `fire` once, after `ms` (0 or more; Infinity never fires) of monotonic time.
   * A pending timer never keeps a process alive.
   */
  setTimer(ms: number, fire: () => void): Timer;
}

/** The longest delay setTimeout takes: it fires at once when given more. */
const longestTimeoutMs = 2 ** 31 - 1;

/** Two readings of one moment differ by less than this unless the wall clock was stepped. */
const stepMs = 20;

let wallOffsetMs = performance.timeOrigin;

/** The machine's clock. */
export const systemClock: Clock = {
  monotonic: () => performance.now(),
  now() {
    // Date.now() has milliseconds only, performance.now() misses steps and suspends: the second refines the
    // first.
    const wallMs = Date.now();
    if (Math.abs(wallOffsetMs + performance.now() - wallMs) > stepMs)
      wallOffsetMs = wallMs - performance.now();
    return BigInt(Math.round((wallOffsetMs + performance.now()) * 1e3)) * 1000n;
  },
  setTimer(ms, fire) {
    let timer: NodeJS.Timeout;
    const arm = (leftMs: number) => {
      const next = leftMs > longestTimeoutMs ? () => arm(leftMs - longestTimeoutMs) : fire;
      timer = setTimeout(next, Math.min(leftMs, longestTimeoutMs));
      timer.unref();
    };
    arm(ms);
    return { clear: () => clearTimeout(timer) };
  },
};

/**
 * Waits `ms` of the clock's monotonic time.
 * Rejects with the signal's reason as soon as `signal` aborts; the timer is cleared either way.
 */
export async function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const waiter = new Waiter(signal, () => timer.clear());
  const timer = clock.setTimer(ms, () => waiter.resolve());
  await waiter.promise;
}
