// Waiting for a condition that the system under test publishes. Every wait has a deadline, and a wait that
// fails says what it saw last: "timed out" alone explains nothing.

import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';

/** How to wait, and what to say when it was in vain. */
export interface Wait<T> {
  /** Milliseconds until the wait fails. */
  readonly deadlineMs: number;
  /** What is waited for, as the subject of "did not happen". */
  readonly describe: string;
  /** Whether a value is the awaited one; without it, a value that is truthy. */
  readonly accept?: (value: T) => boolean;
  /** Milliseconds between two looks, 20 by default. */
  readonly everyMs?: number;
}

/** The awaited condition did not come about before the deadline. */
export class WaitError extends Error {
  override name = 'WaitError';
}

type Look<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'error'; readonly error: unknown };

/**
 * Looks with `probe` until its value is accepted, and gives that value.
 * A probe that throws is looked at again, and one that hangs is given up at the deadline.
 * Rejects with a WaitError that shows the last value or error seen.
 */
export async function until<T>(probe: () => T | Promise<T>, wait: Wait<T>): Promise<T> {
  const accept = wait.accept ?? Boolean;
  const end = performance.now() + wait.deadlineMs;
  let last: Look<T> | undefined;
  for (;;) {
    const look = await beforeDeadline(probe, end);
    last = look ?? last;
    if (look?.kind === 'value' && accept(look.value)) return look.value;
    if (performance.now() >= end) throw failure(wait, last);
    await delay(Math.min(wait.everyMs ?? 20, Math.max(0, end - performance.now())));
  }
}

/**
 * Waits until a number is at least `from` and has not changed for 300 ms, and gives it: below `from` it has not begun to
 * move. Rejects with a WaitError after 20 s.
 */
export async function untilStill(from: number, look: () => number | Promise<number>): Promise<number> {
  let before = Number.NaN;
  return await until(look, {
    deadlineMs: 20_000,
    everyMs: 300,
    describe: `a number that stays, at ${from} or above`,
    accept(now) {
      const isStill = now === before && now >= from;
      before = now;
      return isStill;
    },
  });
}

async function beforeDeadline<T>(probe: () => T | Promise<T>, end: number): Promise<Look<T> | undefined> {
  const giveUp = new AbortController();
  try {
    return await Promise.race([
      (async (): Promise<Look<T>> => ({ kind: 'value', value: await probe() }))(),
      delay(Math.max(0, end - performance.now()), undefined, { signal: giveUp.signal }),
    ]);
  } catch (error) {
    return { kind: 'error', error };
  } finally {
    giveUp.abort();
  }
}

function failure<T>(wait: Wait<T>, last: Look<T> | undefined): WaitError {
  const text = `${wait.describe}: did not happen within ${wait.deadlineMs} ms`;
  if (last === undefined) return new WaitError(`${text}; the probe never answered`);
  if (last.kind === 'error') {
    return new WaitError(`${text}; the probe failed last with ${inspect(last.error)}`, { cause: last.error });
  }
  return new WaitError(`${text}; seen last: ${inspect(last.value, { depth: 6, breakLength: 100 })}`);
}
