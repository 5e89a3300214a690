// A watch that is kept open: it hands on what comes, and opens again when the watch ends, fails or stays silent.
// What was handed on last stays true in the meantime: an outage of the neighbour clears nothing.

import { Backoff } from '@syncline/runtime/backoff.ts';
import { type Clock, sleep } from '@syncline/runtime/clock.ts';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import type { RetryTimings } from '../timings.ts';
import { OverdueError, unlessAborted } from './call.ts';
import { LinkedAbort } from './linked-abort.ts';
import { retryShape } from './retry.ts';

/** What is watched, and who is told. */
export interface FeedParts<T> {
  /** In errors and in the watchdog's words. */
  readonly what: string;
  open(signal: AbortSignal): AsyncIterable<T>;
  /** The watch is being opened, once more perhaps. */
  opened(): void;
  take(value: T): void;
  failed(error: Error): void;
  /** How long the first value may take, ms; Infinity where a watch may rightly be silent. */
  readonly firstMs: number;
  readonly retry: RetryTimings;
  readonly clock: Clock;
  readonly rng: Rng;
}

/** Watches until `signal` aborts, and rejects with its reason then. */
export async function feed<T>(parts: FeedParts<T>, watch: LoopWatch, signal: AbortSignal): Promise<void> {
  const { what, clock } = parts;
  const backoff = new Backoff(retryShape(parts.retry), clock, parts.rng);
  for (;;) {
    watch.idle(what);
    await once(parts, backoff, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      parts.failed(error instanceof Error ? error : new Error(String(error)));
    });
    await sleep(clock, backoff.next(), signal);
  }
}

/** One watch, to its end. */
async function once<T>(parts: FeedParts<T>, backoff: Backoff, signal: AbortSignal): Promise<void> {
  const { what, clock, firstMs } = parts;
  using end = new LinkedAbort(signal);
  const timer = clock.setTimer(firstMs, () => end.abort(new OverdueError(what, firstMs)));
  let values: AsyncIterator<T> | undefined;
  try {
    parts.opened();
    const iterator = parts.open(end.signal)[Symbol.asyncIterator]();
    values = iterator;
    for (;;) {
      const next = await unlessAborted(() => iterator.next(), end.signal);
      timer.clear();
      if (next.done === true) throw new Error(`${what}: the watch ended`);
      backoff.running();
      parts.take(next.value);
    }
  } finally {
    timer.clear();
    end.abort(new Error(`${what}: the watch is left`));
    // The neighbour is told by the signal; a generator that rests at a yield is told by this, and nobody waits for it.
    values?.return?.().catch(() => undefined);
  }
}
