// The `streams` of the file.

import type { Part } from './document.ts';
import { type Entry, readEntries } from './entry.ts';
import type { Mapping } from './mapping.ts';

export interface StreamFields {
  readonly conduit: string;
  readonly maxTargets: number;
}

/** What stands for an absent number of targets, as clients of Meridio's NSP before 0.9 assume too of a 0. */
const defaultMaxTargets = 100;

// The webhook's bounds of a stream; the load balancer's table has no identifiers for more.
const mostTargets = 10_000;

/** Reads and checks them. */
export function readStreams(part: Part): readonly Entry<StreamFields>[] {
  return readEntries(part, 'streams', ['conduit', 'max-targets'], 'strict', (at) => ({
    conduit: at.text('conduit'),
    maxTargets: readMaxTargets(at),
  }));
}

function readMaxTargets(at: Mapping): number {
  return at.whole('max-targets', { min: 1, max: mostTargets }) ?? defaultMaxTargets;
}
