// What a restart begins from.

import type { TermEnd } from '../log/lineage.ts';
import type { Identity } from './cluster-table.ts';
import type { Source } from './history-table.ts';
import type { Held } from './store-file.ts';

export interface BootState {
  /** Undefined before the first start. */
  readonly identity: Identity | undefined;
  /** Kind none: there are no regions here, and no log. */
  readonly source: Source;
  /** The newest term that was seen. */
  readonly maxTerm: number;
  readonly lineage: readonly TermEnd[];
  /** The regions to load before the log is replayed from `index` on; without it the log is all there is. */
  readonly generation:
    | { readonly index: number; readonly regions: number; readonly bytes: number }
    | undefined;
  /** The log holds the records from `first` up to `next`. */
  readonly first: number;
  readonly next: number;
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
  };
}
