// Every SQL string of the catalog: which datastores there are, how they were asked for, and which are paused.
// A datastore's number is never used twice, so that nothing of a deleted one is taken for its successor's.

import { dataVariable } from '@syncline/rpc/settings/data.ts';
import { type Database, open } from '@syncline/sqlite/database.ts';
import { transact } from '@syncline/sqlite/transact.ts';

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

type KeptRow = Omit<CatalogRow, 'paused'> & { readonly paused: number };

/** The catalog's file; used through a StoreThread. Changes throw StoreFaultError when the disk refuses them. */
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
      .prepare<[], KeptRow>('SELECT number, name, request, paused FROM datastore ORDER BY number')
      .all()
      .map(rowOf);
  }

  /** One datastore; undefined when it is not there. */
  find(number: number): CatalogRow | undefined {
    const row = this.#database
      .prepare<[number], KeptRow>('SELECT number, name, request, paused FROM datastore WHERE number = ?')
      .get(number);
    return row && rowOf(row);
  }

  /** The highest number that was ever kept; 0 before the first. */
  lastNumber(): number {
    const row = this.#database
      .prepare<[], { seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'datastore'")
      .get();
    return row?.seq ?? 0;
  }

  /** Keeps a new datastore under a number above the last. Throws for a name that is taken. */
  insert(number: number, name: string, request: Uint8Array): void {
    this.#change('create', 'INSERT INTO datastore (number, name, request) VALUES (?, ?, ?)', [
      number,
      name,
      request,
    ]);
  }

  setPaused(number: number, paused: boolean): void {
    this.#change('pause', 'UPDATE datastore SET paused = ? WHERE number = ?', [paused ? 1 : 0, number]);
  }

  remove(number: number): void {
    this.#change('delete', 'DELETE FROM datastore WHERE number = ?', [number]);
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  #change(operation: string, sql: string, values: readonly unknown[]): void {
    transact(this.#database, operation, () => void this.#database.prepare(sql).run(...values));
  }
}

function rowOf(row: KeptRow): CatalogRow {
  return { ...row, request: new Uint8Array(row.request), paused: row.paused === 1 };
}
