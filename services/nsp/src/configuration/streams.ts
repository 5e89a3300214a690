// The `streams` of the file.

import { defaultMaxTargets, mostTargets } from '@syncline/trench/max-targets.ts';
import type { Part } from './document.ts';
import { type Entry, readEntries } from './entry.ts';

export interface StreamFields {
  readonly conduit: string;
  readonly maxTargets: number;
}

/** Reads and checks them. */
export function readStreams(part: Part): readonly Entry<StreamFields>[] {
  return readEntries(part, 'streams', ['conduit', 'max-targets'], 'strict', (at) => ({
    conduit: at.text('conduit'),
    maxTargets: at.whole('max-targets', { min: 1, max: mostTargets }) ?? defaultMaxTargets,
  }));
}
