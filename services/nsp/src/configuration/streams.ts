// The `streams` of the file.

import type { Part } from './document.ts';
import { type Entry, readEntries } from './entry.ts';
import type { Mapping } from './mapping.ts';

export interface StreamFields {
  readonly conduit: string;
  readonly maxTargets: number;
}

/** What stands for an absent number of targets, as clients of Meridio's NSP before 0.9 assume too. */
const defaultMaxTargets = 100;

// As much as the load balancer's table has identifiers for.
const mostTargets = 10_000;

/** Reads and checks them. */
export function readStreams(part: Part): readonly Entry<StreamFields>[] {
  return readEntries(part, 'streams', ['conduit', 'max-targets'], 'strict', (at) => ({
    conduit: at.text('conduit'),
    maxTargets: readMaxTargets(at),
  }));
}

function readMaxTargets(at: Mapping): number {
  return at.whole('max-targets', { min: 0, max: mostTargets }) || defaultMaxTargets;
}
