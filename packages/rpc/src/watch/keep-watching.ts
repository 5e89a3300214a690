// A watch of a neighbour that is kept open: it hands on what comes, and opens again when the watch ends, fails or stays
// silent. What was handed on last stays true in the meantime: an outage of the neighbour clears nothing.

import { Backoff, type BackoffSettings } from '@syncline/runtime/backoff.ts';
import { call } from '@syncline/runtime/call.ts';
import { type Clock, sleep } from '@syncline/runtime/clock.ts';
import { LinkedAbort } from '@syncline/runtime/linked-abort.ts';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import { unlessAborted } from '@syncline/runtime/unless-aborted.ts';

/** What is watched, and who is told. The functions are called in one turn each and must not wait. */
export interface WatchParts<T> {
  /** In the watchdog's words. */
  readonly what: string;
  /** Opens the watch, which lasts until it fails, is left, or the signal aborts. */
  open(signal: AbortSignal): AsyncIterable<T>;
  /** The watch is being opened, once more perhaps. */
  opening?(): void;
  take(value: T): void;
  /** An attempt or a watch is over: with what the neighbour answered, an OverdueError or a WatchEndedError. */
  failed(error: unknown): void;
  /** How long the first value may take, ms; Infinity where a watch may rightly be silent. */
  readonly firstMs: number;
  readonly retry: BackoffSettings;
  readonly clock: Clock;
  readonly rng: Rng;
}

/** How patient a watch is with the neighbour. */
export type WatchPatience = Pick<WatchParts<unknown>, 'firstMs' | 'retry'>;

/** Watches until `signal` aborts, and rejects with its reason then, or with what `take` threw: that is a fault of ours. */
export async function keepWatching<T>(
  parts: WatchParts<T>,
  watch: LoopWatch,
  signal: AbortSignal,
): Promise<never> {
  const { what, retry, clock, rng } = parts;
  const backoff = new Backoff(retry, clock, rng);
  for (;;) {
    watch.idle(what);
    try {
      await attend(parts, backoff, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof TakeError) throw error.cause;
      parts.failed(error);
    }
    watch.idle(`the next attempt to watch ${what}`);
    await sleep(clock, backoff.next(), signal);
  }
}

/** The neighbour ended the watch by itself, which none should. */
class WatchEndedError extends Error {
  override name = 'WatchEndedError';

  constructor() {
    super('the watch ended');
  }
}

/** What was told could not be taken. */
class TakeError extends Error {
  override name = 'TakeError';
}

/** One watch, to its end. */
async function attend<T>(parts: WatchParts<T>, backoff: Backoff, signal: AbortSignal): Promise<never> {
  const { clock, firstMs } = parts;
  using end = new LinkedAbort(signal);
  let values: AsyncIterator<T> | undefined;
  const take = (value: T) => {
    try {
      parts.take(value);
    } catch (error) {
      throw new TakeError('what was told could not be taken', { cause: error });
    }
  };
  try {
    parts.opening?.();
    const opened = parts.open(end.signal)[Symbol.asyncIterator]();
    values = opened;
    // One that may be silent runs from here on; one that tells at once does from what it tells.
    if (firstMs === Number.POSITIVE_INFINITY) backoff.running();
    const first = await call({ clock, signal, deadlineMs: firstMs }, () => next(opened));
    if (firstMs !== Number.POSITIVE_INFINITY) backoff.running();
    for (let value = first; ; value = await unlessAborted(() => next(opened), signal)) take(value);
  } finally {
    end.abort(new Error('the watch is left'));
    // The neighbour is told by the signal; a generator that rests at a yield is told by this, and nobody waits for it.
    values?.return?.().catch(() => undefined);
  }
}

async function next<T>(values: AsyncIterator<T>): Promise<T> {
  const result = await values.next();
  if (result.done === true) throw new WatchEndedError();
  return result.value;
}
