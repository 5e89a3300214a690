// Where a history stands on disk, and where one begins.

import { termOf } from '../log/index.ts';
import { Lineage } from '../log/lineage.ts';
import type { LogSize } from '../store/boot-state.ts';
import type { Source } from '../store/history-table.ts';

/** Where a history stands on disk. */
export interface Standing {
  /** The indexes have terms: it is not a PD's. */
  readonly isOurs: boolean;
  readonly lineage: Lineage;
  readonly first: number;
  readonly next: number;
  readonly log: LogSize;
  /** The index of the active generation; 0 when there is none. */
  readonly generation: number;
  /** How many records a restart puts on top of the generation's regions. */
  readonly replayed: number;
}

/**
 * Whose indexes a history can have, and who led when its position was reached. foreign: a PD, which numbers its records by
 * itself and forgets them when it restarts.
 */
export type Origin = Exclude<Source, { kind: 'none' }>;

/** The index after the last record: before `next` when the last terms have none. */
export function endOfRecords({ isOurs, lineage, next }: Standing): number {
  return isOurs && lineage.term > 0 ? lineage.end : next;
}

/** The lineage of a history that begins at `position`; throws RangeError when `source` has no such position. */
export function lineageAt(position: number, source: Origin): Lineage {
  return new Lineage(source.kind === 'ours' ? [{ term: termOf(position), end: position }] : []);
}

/** A history whose generation is all there is; `replayed` of its blocks are records. */
export function beginning(next: number, source: Origin, lineage: Lineage, replayed: number): Standing {
  return {
    isOurs: source.kind === 'ours',
    lineage,
    first: next,
    next,
    log: { records: 0, bytes: 0 },
    generation: next,
    replayed,
  };
}
