// Every SQL string of the catalog: which datastores there are, how they were asked for, and which are paused.
// A datastore's number is never used twice, so that nothing of a deleted one is taken for its successor's.

import { dataVariable } from '@syncline/rpc/settings/data.ts';
import { type Database, open } from '@syncline/sqlite/database.ts';

const migrations = [
  `CREATE TABLE datastore (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     name TEXT NOT NULL UNIQUE,
     request BLOB NOT NULL,
     paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1))
   ) STRICT;
   CREATE TABLE process (one INTEGER PRIMARY KEY CHECK (one = 1), starts INTEGER NOT NULL) STRICT;
   INSERT INTO process VALUES (1, 0);`,
];

/** A datastore as it is kept. */
export interface CatalogRow {
  readonly number: number;
  readonly name: string;
  /** The data.CreateDataStoreRequest it was created by, encoded; it may hold credentials. */
  readonly request: Uint8Array;
  readonly paused: boolean;
}

/** The catalog's file; used through a StoreThread. */
export class CatalogStore implements Disposable {
  readonly #database: Database;

  /** Throws DatabaseOpenError, also when another process has the catalog open: two would write the same stores. */
  constructor(file: string) {
    this.#database = open(file, {
      migrations,
      synchronous: 'FULL',
      exclusive: true,
      setting: dataVariable,
      busyTimeoutMs: 2000,
    });
  }

  /** Counts this start of the process and gives its number, from 1. */
  countStart(): number {
    const row = this.#database
      .prepare<[], { starts: number }>('UPDATE process SET starts = starts + 1 RETURNING starts')
      .get();
    if (row === undefined) throw new Error('the catalog has lost its row of process');
    return row.starts;
  }

  /** Every datastore, oldest first. */
  list(): CatalogRow[] {
    return this.#database
      .prepare<[], { number: number; name: string; request: Buffer; paused: number }>(
        'SELECT number, name, request, paused FROM datastore ORDER BY number',
      )
      .all()
      .map((row) => ({ ...row, request: new Uint8Array(row.request), paused: row.paused === 1 }));
  }

  /** Keeps a new datastore and gives its number; undefined when the name is taken. */
  insert(name: string, request: Uint8Array): number | undefined {
    return this.#database
      .prepare<[string, Uint8Array], { number: number }>(
        'INSERT INTO datastore (name, request) VALUES (?, ?) ON CONFLICT (name) DO NOTHING RETURNING number',
      )
      .get(name, request)?.number;
  }

  setPaused(number: number, paused: boolean): void {
    this.#database
      .prepare<[number, number]>('UPDATE datastore SET paused = ? WHERE number = ?')
      .run(paused ? 1 : 0, number);
  }

  remove(number: number): void {
    this.#database.prepare<[number]>('DELETE FROM datastore WHERE number = ?').run(number);
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}
