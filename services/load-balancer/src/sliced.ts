// Long work a few milliseconds at a time, so that lookups and streams are served meanwhile.

import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '@syncline/runtime/clock.ts';

/** How long the event loop may be kept. */
export interface Slices {
  readonly clock: Clock;
  /** Milliseconds between two looks at the rest of the process. */
  readonly sliceMs: number;
}

/**
 * Runs a generator to its end, which it nears with each step of some microseconds.
 * Rejects with the signal's reason at the end of the slice in which it aborts.
 */
export async function inSlices<T>(
  work: Generator<void, T, void>,
  { clock, sliceMs }: Slices,
  signal: AbortSignal,
): Promise<T> {
  for (;;) {
    const end = clock.monotonic() + sliceMs;
    do {
      const step = work.next();
      if (step.done === true) return step.value;
    } while (clock.monotonic() < end);
    await turn();
    signal.throwIfAborted();
  }
}
