// What the lock graph stands on: the neighbours, time, and routines that run beside each other as goroutines do.

import { type Clock, sleep } from '@syncline/runtime/clock.ts';
import type { Ports } from '../../../services/tap/src/ports.ts';
import type { Schedule } from './mutex.ts';
import type { Routine, WaitGraph } from './wait-graph.ts';

/** Meridio's waits between attempts, and what a call may take, ms. */
export interface Waits {
  readonly connectRetryMs: number;
  readonly monitorRetryMs: number;
  readonly watchRetryMs: number;
  readonly vipRetryMs: number;
  readonly openRetryMs: number;
  readonly refreshMs: number;
  readonly callMs: number;
}

/** A routine that was started. */
export interface Started {
  readonly routine: Routine;
  /** Resolves when it is over; never rejects. */
  readonly ended: Promise<void>;
}

export interface Ground extends Schedule {
  readonly ports: Ports;
  readonly clock: Clock;
  readonly waits: Waits;
  /** The end of the test. */
  readonly signal: AbortSignal;
}

/** Runs `body` beside its caller, as `go` does; what it rejects with ends it and nothing else. */
export function go(name: string, body: (routine: Routine) => Promise<void>): Started {
  const routine = { name };
  return { routine, ended: body(routine).catch(() => undefined) };
}

/** Waits as `who` until all have ended, as a WaitGroup does: nothing ends the wait before. */
export async function join(who: Routine, started: readonly Started[], graph: WaitGraph): Promise<void> {
  const routines = started.map(({ routine }) => routine);
  const waited = graph.forEnd(who, routines);
  await Promise.all(started.map(({ ended }) => ended));
  waited();
}

/** Attempts until one succeeds, with a wait between; rejects when the signal aborts. */
export async function retry(
  attempt: () => Promise<void>,
  waitMs: number,
  ground: Ground,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch {
      await sleep(ground.clock, waitMs, signal);
    }
  }
}

/** Watches for ever: a watch that ends is opened again after a wait. */
export async function follow<T>(
  open: (signal: AbortSignal) => AsyncIterable<T>,
  take: (value: T) => Promise<void>,
  waitMs: number,
  ground: Ground,
  signal: AbortSignal,
): Promise<void> {
  await retry(
    async () => {
      for await (const value of open(signal)) await take(value);
      throw new Error('the watch ended');
    },
    waitMs,
    ground,
    signal,
  );
}
