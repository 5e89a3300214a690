// Where this node's history stands: who leads it, the newest term it has seen, its terms, and the generation that is
// active. All of it is small and changes rarely; appending to the log touches it only when a term begins.

import type { Database } from '@syncline/sqlite/database.ts';
import type { TermEnd } from '../log/lineage.ts';
import type { Table } from './generations.ts';
import { uint64Text } from './uint64.ts';

/**
 * Whose indexes the history has: nobody's yet, ours (terms, lineage), or those of a PD leader, which mean something to
 * its followers only.
 */
export type Source =
  | { readonly kind: 'none' }
  | { readonly kind: 'ours'; readonly member: bigint }
  | { readonly kind: 'foreign'; readonly member: bigint };

/** The regions on disk as of `index`. */
export interface Generation {
  readonly table: Table;
  readonly index: number;
  readonly regions: number;
  readonly bytes: number;
}

export interface HistoryRow {
  readonly maxTerm: number;
  readonly source: Source;
  readonly generation: Generation | undefined;
}

export class HistoryTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  read(): HistoryRow {
    const row = this.#database
      .prepare<
        [],
        {
          max_term: number;
          source: Source['kind'];
          source_member: string;
          generation: Table | null;
          generation_index: number;
          generation_regions: number;
          generation_bytes: number;
        }
      >('SELECT * FROM history')
      .get();
    if (row === undefined) throw new Error('the store has lost its row of history');
    return {
      maxTerm: row.max_term,
      source:
        row.source === 'none' ? { kind: 'none' } : { kind: row.source, member: BigInt(row.source_member) },
      generation:
        row.generation === null
          ? undefined
          : {
              table: row.generation,
              index: row.generation_index,
              regions: row.generation_regions,
              bytes: row.generation_bytes,
            },
    };
  }

  /** In a transaction. */
  write({ maxTerm, source, generation }: HistoryRow): void {
    this.#database
      .prepare(
        `UPDATE history SET max_term = ?, source = ?, source_member = ?, generation = ?, generation_index = ?,
         generation_regions = ?, generation_bytes = ?`,
      )
      .run(
        maxTerm,
        source.kind,
        source.kind === 'none' ? '0' : uint64Text('member id', source.member),
        generation?.table ?? null,
        generation?.index ?? 0,
        generation?.regions ?? 0,
        generation?.bytes ?? 0,
      );
  }

  /** Whether a snapshot is to take the place of the regions, whatever their index is. */
  isSnapshotForced(): boolean {
    return this.#database.prepare<[], number>('SELECT snapshot_forced FROM history').pluck().get() === 1;
  }

  /** In a transaction. */
  forceSnapshot(forced: boolean): void {
    this.#database.prepare<[number]>('UPDATE history SET snapshot_forced = ?').run(forced ? 1 : 0);
  }

  /** The terms, oldest first. */
  terms(): TermEnd[] {
    return this.#database
      .prepare<[], TermEnd>('SELECT term, end_index AS end FROM lineage ORDER BY term')
      .all();
  }

  /** In a transaction: a term begins, or the newest one ends. */
  putTerm({ term, end }: TermEnd): void {
    this.#database.prepare<[number, number]>('REPLACE INTO lineage VALUES (?, ?)').run(term, end);
  }

  /** In a transaction: terms before `oldest` are forgotten. */
  dropTerms(oldest: number): void {
    this.#database.prepare<[number]>('DELETE FROM lineage WHERE term < ?').run(oldest);
  }
}
