// The application of Meridio #578: every so often it opens all its streams, or closes all of them if they are there. It
// drives whatever has Open, Close and a list, so that the lock graph and ours are driven by the same hand.

import { type Clock, sleep } from '@syncline/runtime/clock.ts';
import { fullName, type StreamName } from '@syncline/trench/stream-name.ts';

/** A tap as its application sees it. */
export interface DrivenTap {
  open(stream: StreamName): Promise<void>;
  close(stream: StreamName): Promise<void>;
  /** Whether the newest list of Watch has the stream. */
  isListed(stream: StreamName): boolean;
  /** Whether that list has it OPEN. */
  isOpen(stream: StreamName): boolean;
}

/** How it is driven. */
export interface Drive {
  readonly tap: DrivenTap;
  readonly streams: readonly StreamName[];
  readonly cycles: number;
  readonly cycleMs: number;
  /** An RPC that is not answered within this hangs, ms. */
  readonly rpcMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What came of it. */
export interface Driven {
  /** Cycles that were begun. */
  readonly cycles: number;
  /** The RPC that was not answered in time, in words; undefined when all were. */
  readonly hung: string | undefined;
  /** Of the slowest RPC that was answered, ms. */
  readonly slowestMs: number;
  /** Streams that were opened, once for each cycle that did so. */
  readonly opened: number;
  /** Those of them that were OPEN at the end of their cycle. */
  readonly cameOpen: number;
}

/** The seed's two conduits and three streams. */
export const seedStreams: readonly StreamName[] = [
  { trench: 'trench-a', conduit: 'load-balancer-a1', stream: 'stream-a1' },
  { trench: 'trench-a', conduit: 'load-balancer-a1', stream: 'stream-a2' },
  { trench: 'trench-a', conduit: 'load-balancer-b1', stream: 'stream-b1' },
];

/** Drives a tap, and ends at the first RPC that hangs. */
export async function drive({ tap, streams, cycles, cycleMs, rpcMs, clock, signal }: Drive): Promise<Driven> {
  let slowestMs = 0;
  let opened = 0;
  let cameOpen = 0;
  for (let cycle = 1; cycle <= cycles; cycle += 1) {
    const isListed = streams.every((stream) => tap.isListed(stream));
    for (const stream of streams) {
      const beganMs = clock.monotonic();
      const answer = isListed ? tap.close(stream) : tap.open(stream);
      if (!(await isAnswered(answer, rpcMs, clock)))
        return { ...done(cycle), hung: `${isListed ? 'Close' : 'Open'} of ${fullName(stream)}` };
      slowestMs = Math.max(slowestMs, clock.monotonic() - beganMs);
    }
    await sleep(clock, cycleMs, signal);
    if (isListed) continue;
    opened += streams.length;
    cameOpen += streams.filter((stream) => tap.isOpen(stream)).length;
  }
  return { ...done(cycles), hung: undefined };

  function done(begun: number) {
    return { cycles: begun, slowestMs, opened, cameOpen };
  }
}

/** Whether the answer comes in time; rejects when it is an error. */
async function isAnswered(answer: Promise<void>, ms: number, clock: Clock): Promise<boolean> {
  const late = Promise.withResolvers<false>();
  const timer = clock.setTimer(ms, () => late.resolve(false));
  try {
    return await Promise.race([answer.then(() => true as const), late.promise]);
  } finally {
    timer.clear();
  }
}
