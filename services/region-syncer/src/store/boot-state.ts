// What a restart begins from.

import type { TermEnd } from '../log/lineage.ts';
import type { Span } from '../log/retention.ts';
import type { Identity } from './cluster-table.ts';
import type { Source } from './history-table.ts';
import type { Held } from './store-file.ts';

/** What of the log is on disk. */
export interface LogSize {
  readonly records: number;
  readonly bytes: number;
}

export interface BootState {
  /** Undefined before the first start. */
  readonly identity: Identity | undefined;
  /** Kind none: there are no regions here, and no log. */
  readonly source: Source;
  /** The newest term that was seen. */
  readonly maxTerm: number;
  readonly lineage: readonly TermEnd[];
  /**
   * What to load before the log is replayed from `index` on; without it the log is all there is. The first `regions`
   * blocks are regions as they were at one time, those after them records that came since.
   */
  readonly generation:
    | { readonly index: number; readonly regions: number; readonly bytes: number }
    | undefined;
  /** The log holds the records from `first` up to `next`. */
  readonly first: number;
  readonly next: number;
  readonly log: LogSize;
}

/** What is on disk, told to the one who loads it. */
export function bootState({ history, log }: Held, identity: Identity | undefined): BootState {
  const { source, maxTerm, terms, next, generation } = history;
  return {
    identity,
    source,
    maxTerm,
    lineage: terms,
    generation: generation && {
      index: generation.index,
      regions: generation.regions,
      bytes: generation.bytes,
    },
    first: log.first ?? next,
    next,
    log: sizeOf(log.spans),
  };
}

/** What the spans hold together. */
export function sizeOf(spans: readonly Span[]): LogSize {
  return {
    records: spans.reduce((sum, span) => sum + span.records, 0),
    bytes: spans.reduce((sum, span) => sum + span.bytes, 0),
  };
}
