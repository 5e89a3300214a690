// One call to somebody else, which ends in time whatever they and the code between do. An answer that comes later is
// dropped: what it stands for must have been noted before the call was made.

import type { Clock } from './clock.ts';
import { LinkedAbort } from './linked-abort.ts';
import { unlessAborted } from './unless-aborted.ts';

/** What ends a call. */
export interface CallLimits {
  /** Aborts when the answer is of no use any more. */
  readonly signal: AbortSignal;
  /** How long the call may take, in ms; above 0. */
  readonly deadlineMs: number;
}

/** What ends a call, and by which clock. */
export interface CallBounds extends CallLimits {
  readonly clock: Clock;
  /** Names the call in its OverdueError. */
  readonly what?: string;
}

/** No answer within the time that the call was given. */
export class OverdueError extends Error {
  override name = 'OverdueError';

  constructor(deadlineMs: number, what?: string) {
    super(`${what === undefined ? '' : `${what}: `}no answer within ${Math.round(deadlineMs)} ms`);
  }
}

/**
 * What `make` resolves to. Rejects with an OverdueError after `deadlineMs`, which may be Infinity, and with the signal's
 * reason as soon as it aborts or when it has; `make` is then told by its own signal, or not called at all.
 */
export async function call<T>(
  { what, clock, signal, deadlineMs }: CallBounds,
  make: (limits: CallLimits) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  using end = new LinkedAbort(signal);
  const timer = clock.setTimer(deadlineMs, () => end.abort(new OverdueError(deadlineMs, what)));
  try {
    return await unlessAborted(() => make({ signal: end.signal, deadlineMs }), end.signal);
  } finally {
    timer.clear();
  }
}
