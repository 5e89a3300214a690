// Opening a SQLite file: the pragmas every store here runs with, and migrations by number. The connection is
// synchronous: open it in a worker thread, never on the thread that serves the network.

import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { migrate } from './migration.ts';

export type Database = BetterSqlite3.Database;

/** A length of the write-ahead log for stores of small rows: a disk of a few MiB is enough for them. */
export const smallLogBytes = 1 << 20;

/** How a store uses its file. */
export interface OpenOptions {
  /** SQL scripts in order: the n-th takes the file from version n−1 to n. A published script is never edited. */
  readonly migrations: readonly string[];
  /** When a commit is on disk: FULL before it returns, NORMAL at the next checkpoint (a power cut may lose the last commits). */
  readonly synchronous: 'NORMAL' | 'FULL';
  /** How long a statement waits for a lock of another process before it fails with SQLITE_BUSY. Milliseconds, 5,000 unless given. */
  readonly busyTimeoutMs?: number;
  /** Keeps every other process out for as long as it is open: those are told that another one has it. */
  readonly exclusive?: boolean;
  /** The setting that says where the file is, named to whom another process keeps out. */
  readonly setting?: string;
  /** How large the file may grow, in bytes; beyond it, writing fails as on a full disk. Unless given, the disk decides. */
  readonly maxBytes?: number;
  /**
   * From what length on the write-ahead log is moved into the file after a commit, in bytes; 1,000 pages unless given. A log
   * that a large transaction made longer is cut back to it. Until it is moved it holds each change again, so a disk needs
   * room for it besides the file.
   */
  readonly logBytes?: number;
}

/** A file could not be opened; the message names it and the cause says why. */
export class DatabaseOpenError extends Error {
  override name = 'DatabaseOpenError';
  readonly file: string;

  constructor(file: string, setting: string | undefined, cause: Error) {
    const remedy = setting === undefined ? '' : `; stop that one, or set ${setting} to another place`;
    const why = isBusy(cause) ? `another process has it (${cause.message})${remedy}` : cause.message;
    super(`cannot open the database ${file}: ${why}`, { cause });
    this.file = file;
  }
}

/**
 * Opens `file`, creating it and its directory, but none above, in WAL mode with foreign keys on, brought up to the newest
 * migration. Throws DatabaseOpenError when it cannot be opened, is no database, or was written by a newer version; a
 * migration that fails leaves the file as it was.
 */
export function open(file: string, options: OpenOptions): Database {
  let database: Database | undefined;
  try {
    // One level: Node's recursive mkdir never returns where a file system takes no folders, as below /proc.
    if (!existsSync(dirname(file))) mkdirSync(dirname(file));
    database = new BetterSqlite3(file, { timeout: options.busyTimeoutMs ?? 5000 });
    if (options.exclusive === true) database.pragma('locking_mode = EXCLUSIVE');
    database.pragma('journal_mode = WAL');
    database.pragma(`synchronous = ${options.synchronous}`);
    // Off while migrating: a script may rebuild a table that others refer to. migrate() checks the result.
    database.pragma('foreign_keys = OFF');
    migrate(database, options.migrations);
    database.pragma('foreign_keys = ON');
    bound(database, options);
    return database;
  } catch (error) {
    database?.close();
    const cause = error instanceof Error ? error : new Error(String(error));
    throw new DatabaseOpenError(file, options.setting, cause);
  }
}

function isBusy(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && error.code.startsWith('SQLITE_BUSY');
}

function bound(database: Database, { maxBytes, logBytes }: OpenOptions): void {
  const pageBytes = Number(database.pragma('page_size', { simple: true }));
  if (maxBytes !== undefined) database.pragma(`max_page_count = ${Math.ceil(maxBytes / pageBytes)}`);
  if (logBytes === undefined) return;
  database.pragma(`wal_autocheckpoint = ${Math.ceil(logBytes / pageBytes)}`);
  database.pragma(`journal_size_limit = ${logBytes}`);
}
