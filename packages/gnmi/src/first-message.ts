// A Subscribe says with its first message what it is about. One that never says it would be held for ever.

/** A timer that was set. */
export interface FirstMessageTimer {
  /** The message came. */
  clear(): void;
}

/** What tells that the time is up: a Clock. */
interface Timers {
  setTimer(ms: number, fire: () => void): FirstMessageTimer;
}

/**
 * Calls `late` after `ms`, with what the client is to be told, unless the timer is cleared or `over`, the signal of the
 * call, aborts before.
 */
export function expectFirstMessage(
  timers: Timers,
  ms: number,
  over: AbortSignal,
  late: (details: string) => void,
): FirstMessageTimer {
  const timer = timers.setTimer(ms, () => late(`subscribe: it did not come within ${ms} ms`));
  over.addEventListener('abort', () => timer.clear(), { once: true });
  return timer;
}
