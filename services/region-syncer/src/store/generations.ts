// The two tables of regions: one is active, the other is empty, being written, or what a flip or a death has left behind.
// Rows are runs in the order they were put; a region is in one of them.

import type { Database } from '@syncline/sqlite/database.ts';

/** Regions in wire form, back to back: see log/run.ts. */
export interface Run {
  readonly regions: number;
  readonly bytes: Uint8Array;
}

/** Some of the regions of a generation, and where the next page begins; undefined after the last. */
export interface GenerationPage extends Run {
  readonly cursor: number | undefined;
}

/** One of the two tables. */
export type Table = 0 | 1;

interface Row {
  readonly row: number;
  readonly regions: number;
  readonly run: Uint8Array;
}

const tables: readonly Table[] = [0, 1];

export class Generations {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** In a transaction: adds rows to `table`. */
  put(table: Table, runs: readonly Run[]): void {
    const insert = this.#database.prepare<[number, Uint8Array]>(
      `INSERT INTO generation_${table} (regions, run) VALUES (?, ?)`,
    );
    for (const { regions, bytes } of runs) insert.run(regions, bytes);
  }

  /**
   * The rows after the one that `cursor` names, as one run in shared memory: up to `maxBytes`, at least one row. Begin
   * with cursor 0.
   */
  read(table: Table, cursor: number, maxBytes: number): GenerationPage {
    const rows: Row[] = [];
    let length = 0;
    let more = false;
    for (const row of this.#rows(table, cursor)) {
      more = rows.length > 0 && length + row.run.length > maxBytes;
      if (more) break;
      rows.push(row);
      length += row.run.length;
    }
    const bytes = new Uint8Array(new SharedArrayBuffer(length));
    let at = 0;
    let regions = 0;
    for (const row of rows) {
      bytes.set(row.run, at);
      at += row.run.length;
      regions += row.regions;
    }
    return { regions, bytes, cursor: more ? rows.at(-1)?.row : undefined };
  }

  /** In a transaction: deletes up to `maxBytes` (a row at least) of what is not in `kept`. False when there was nothing. */
  sweep(kept: readonly (Table | undefined)[], maxBytes: number): boolean {
    for (const table of tables) {
      if (kept.includes(table)) continue;
      const last = this.#upTo(table, maxBytes);
      if (last === undefined) continue;
      this.#database.prepare<[number]>(`DELETE FROM generation_${table} WHERE row <= ?`).run(last);
      return true;
    }
    return false;
  }

  /** The last of the first rows that make up `maxBytes`; undefined when the table is empty. */
  #upTo(table: Table, maxBytes: number): number | undefined {
    let last: number | undefined;
    let size = 0;
    const lengths = this.#database.prepare<[], { row: number; bytes: number }>(
      `SELECT row, length(run) AS bytes FROM generation_${table} ORDER BY row`,
    );
    for (const { row, bytes } of lengths.iterate()) {
      size += bytes;
      if (last !== undefined && size > maxBytes) break;
      last = row;
    }
    return last;
  }

  #rows(table: Table, cursor: number): Iterable<Row> {
    return this.#database
      .prepare<[number], Row>(`SELECT row, regions, run FROM generation_${table} WHERE row > ? ORDER BY row`)
      .iterate(cursor);
  }
}
