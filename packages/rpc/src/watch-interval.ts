// How often a watch of a state may answer: what a request with `interval_ms` can ask for.

import { ServerError, Status } from 'nice-grpc-common';

const shortestMs = 100;
const longestMs = 60_000;
const unsetMs = 1_000;

/** The least time between two answers in ms, 1,000 for 0. Throws ServerError, INVALID_ARGUMENT, for what is out of bounds. */
export function watchInterval(intervalMs: number): number {
  if (intervalMs === 0) return unsetMs;
  if (intervalMs >= shortestMs && intervalMs <= longestMs) return intervalMs;
  const expected = `expected ${shortestMs} to ${longestMs}, or 0 for ${unsetMs}`;
  throw new ServerError(Status.INVALID_ARGUMENT, `interval_ms ${intervalMs}: ${expected}`);
}
