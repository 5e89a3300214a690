// One call to a neighbour, which ends in time whatever the neighbour and the code between do. An answer that comes
// later is dropped: what it stands for must have been noted before the call was made.

import type { Clock } from '@syncline/runtime/clock.ts';
import { LinkedAbort } from '@syncline/runtime/linked-abort.ts';
import { unlessAborted } from '@syncline/runtime/unless-aborted.ts';
import type { CallLimits } from '../ports.ts';

/** No answer within the time that the call was given. */
export class OverdueError extends Error {
  override name = 'OverdueError';
  /** What was called. */
  readonly what: string;

  constructor(what: string, ms: number) {
    super(`${what}: no answer within ${Math.round(ms)} ms`);
    this.what = what;
  }
}

/**
 * What `make` resolves to. Rejects with an OverdueError after `ms`, and with the signal's reason as soon as it aborts
 * or when it has; `make` is then told by its own signal, or not called at all.
 *
 * @param what names the call in errors
 */
export async function call<T>(
  what: string,
  ms: number,
  bounds: { readonly clock: Clock; readonly signal: AbortSignal },
  make: (limits: CallLimits) => Promise<T>,
): Promise<T> {
  const { clock, signal } = bounds;
  signal.throwIfAborted();
  using end = new LinkedAbort(signal);
  const timer = clock.setTimer(ms, () => end.abort(new OverdueError(what, ms)));
  try {
    return await unlessAborted(() => make({ signal: end.signal, deadlineMs: ms }), end.signal);
  } finally {
    timer.clear();
  }
}
