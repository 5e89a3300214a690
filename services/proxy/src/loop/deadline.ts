// A signal that aborts after a while, on an injected clock.

import type { Clock } from '@syncline/runtime/clock.ts';

/** The time is up. */
export class DeadlineError extends Error {
  override name = 'DeadlineError';
}

/** Aborts with a DeadlineError after `ms`, unless it was disposed of by then. */
export function deadline(clock: Clock, ms: number): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const timer = clock.setTimer(ms, () => controller.abort(new DeadlineError(`not done after ${ms} ms`)));
  return { signal: controller.signal, [Symbol.dispose]: () => timer.clear() };
}
