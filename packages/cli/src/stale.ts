// Answers that may be old: a service says so in a header, for how long nobody has told it what changed.

import type { Metadata } from 'nice-grpc-common';

/** How old an answer may be; 0 when its service does not say. */
export function staleMsOf(header: Metadata): number {
  return Number(header.get('syncline-stale-ms') ?? 0);
}

/** Says on standard error that an answer may be old. */
export function tellStale(staleMs: number): void {
  if (staleMs === 0) return;
  process.stderr.write(`-- the NSP is lost for ${staleMs} ms; this goes by what it said last --\n`);
}
