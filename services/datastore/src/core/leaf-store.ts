// Every SQL string of the core. A leaf is a row by its id: its path once, and a record that is replaced whole:
//   time low 32 bits, time high 32 bits, owners 32 bits (all little-endian), then the encoded gnmi.TypedValue.
// The file belongs to one core; nothing waits for a lock of somebody else: a busy file is a failed commit.
import { type Database, open } from '@syncline/sqlite/database.ts';

type Statement = ReturnType<typeof prepare>;

const migrations = [
  `CREATE TABLE path (id INTEGER PRIMARY KEY, path BLOB NOT NULL) STRICT;
   CREATE TABLE leaf (id INTEGER PRIMARY KEY, record BLOB NOT NULL) STRICT;
   CREATE TABLE running (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL) STRICT;
   CREATE TABLE sync (slot INTEGER PRIMARY KEY, name TEXT NOT NULL, epoch INTEGER NOT NULL, last_sync_ns TEXT NOT NULL) STRICT;
   INSERT INTO running VALUES (1, 0);`,
];

function prepare(database: Database, sql: string) {
  return database.prepare<unknown[]>(sql);
}

/** Bytes before the value in a record. */
export const recordHeader = 12;

const rowsAStatement = 50;

/** Before each leaf of a page: its id, and how many bytes its path and its record have, 32 bits each. */
const leafHeader = 12;
/** So many bytes of path and record at most are in a page; a larger leaf is read by itself. */
const leafInPage = 8192;

/**
 * A page of leaves as one blob, and the last id of it. A buffer for each path and record would cost four times what reading
 * them costs. group_concat() takes bytes for text and joins them as they are, whichever they are.
 */
const pageOfLeaves = `
  SELECT max(id), CAST(group_concat(
    unhex(printf('%08x%08x%08x', id, length(path), length(record)))
      || iif(length(path) + length(record) > ${leafInPage}, '', path || record), '') AS BLOB)
  FROM (SELECT leaf.id AS id, path, record FROM leaf JOIN path USING (id) WHERE leaf.id > ? ORDER BY leaf.id LIMIT 5000)`;

/** A sync as its last committed full tree left it. */
export interface StoredSync {
  readonly slot: number;
  readonly lastSyncNs: bigint;
}

export class LeafStore implements Disposable {
  readonly file: string;
  #database: Database;
  #begin: Statement;
  #commit: Statement;
  #rollback: Statement;
  #putRecords: Batch;
  #putPaths: Batch;
  #dropRecords: Batch;
  #dropPaths: Batch;
  #readVersion: Statement;
  #readSyncs: Statement;
  #readPage: Statement;
  #readLeaf: Statement;
  #setVersion: Statement;
  #setSync: Statement;
  #putStaged: Statement;
  #readStaged: Statement;
  #dropStaged: Statement;

  /** Opens or creates the file; ':memory:' keeps nothing. Throws DatabaseOpenError, or SQLite's error if tables are missing. */
  constructor(file: string) {
    this.file = file;
    this.#database = open(file, { migrations, synchronous: 'NORMAL', busyTimeoutMs: 0 });
    // What follows may throw, for one for a file that lacks a table: the next attempt would open it once more.
    using opening = new DisposableStack();
    opening.defer(() => this.#database.close());
    // The temporary schema has a file of its own: a lock or a full log on the main file does not stop a spill.
    this.#database.pragma('temp_store = FILE');
    this.#database.exec(
      'CREATE TEMP TABLE staged (window INTEGER, row INTEGER, value BLOB NOT NULL, PRIMARY KEY (window, row)) WITHOUT ROWID',
    );
    this.#begin = prepare(this.#database, 'BEGIN IMMEDIATE');
    this.#commit = prepare(this.#database, 'COMMIT');
    this.#rollback = prepare(this.#database, 'ROLLBACK');
    this.#putRecords = new Batch(
      this.#database,
      2,
      (values) => `REPLACE INTO leaf (id, record) VALUES ${values}`,
    );
    this.#putPaths = new Batch(
      this.#database,
      2,
      (values) => `REPLACE INTO path (id, path) VALUES ${values}`,
    );
    this.#dropRecords = new Batch(
      this.#database,
      1,
      (values) => `DELETE FROM leaf WHERE id IN (VALUES ${values})`,
    );
    this.#dropPaths = new Batch(
      this.#database,
      1,
      (values) => `DELETE FROM path WHERE id IN (VALUES ${values})`,
    );
    this.#readVersion = prepare(this.#database, 'SELECT version FROM running').pluck();
    this.#readSyncs = prepare(this.#database, 'SELECT slot, last_sync_ns FROM sync');
    this.#readPage = prepare(this.#database, pageOfLeaves).raw();
    this.#readLeaf = prepare(
      this.#database,
      'SELECT CAST(path || record AS BLOB) FROM leaf JOIN path USING (id) WHERE leaf.id = ?',
    ).pluck();
    this.#setVersion = prepare(this.#database, 'UPDATE running SET version = ?');
    this.#setSync = prepare(
      this.#database,
      'REPLACE INTO sync (slot, name, epoch, last_sync_ns) VALUES (?, ?, ?, ?)',
    );
    this.#putStaged = prepare(
      this.#database,
      'REPLACE INTO temp.staged (window, row, value) VALUES (?, ?, ?)',
    );
    this.#readStaged = prepare(
      this.#database,
      'SELECT row, value FROM temp.staged WHERE window = ? AND row >= ? ORDER BY row LIMIT 1000',
    );
    this.#dropStaged = prepare(this.#database, 'DELETE FROM temp.staged WHERE window = ?');
    opening.move();
  }

  /** The version that the last commit left. */
  version(): number {
    return this.#readVersion.get() as number;
  }

  /** The syncs that ever committed a full tree. */
  syncs(): StoredSync[] {
    const rows = this.#readSyncs.all() as { slot: number; last_sync_ns: string }[];
    return rows.map(({ slot, last_sync_ns }) => ({ slot, lastSyncNs: BigInt(last_sync_ns) }));
  }

  /** Every leaf, by id, read page by page: its path is bytes[path, record), its record bytes[record, end). */
  loadLeaves(take: (leaf: number, bytes: Buffer, path: number, record: number, end: number) => void): void {
    for (let after = -1; ; ) {
      const [last, page] = this.#readPage.get(after) as [number, Buffer] | [null, null];
      if (last === null) return;
      for (let at = 0; at < page.length; ) {
        const leaf = page.readUInt32BE(at);
        const path = page.readUInt32BE(at + 4);
        const length = path + page.readUInt32BE(at + 8);
        at += leafHeader;
        if (length > leafInPage) take(leaf, this.#readLeaf.get(leaf) as Buffer, 0, path, length);
        else {
          take(leaf, page, at, at + path, at + length);
          at += length;
        }
      }
      after = last;
    }
  }

  /** Runs `write` in one transaction; when it or the commit throws, nothing of it stays. */
  transaction(write: () => void): void {
    this.#begin.run();
    try {
      write();
      this.#putRecords.flush();
      this.#putPaths.flush();
      this.#dropRecords.flush();
      this.#dropPaths.flush();
      this.#commit.run();
    } catch (error) {
      for (const batch of [this.#putRecords, this.#putPaths, this.#dropRecords, this.#dropPaths])
        batch.discard();
      if (this.#database.inTransaction) this.#rollback.run();
      throw error;
    }
  }

  /** In a transaction: the record of a leaf. The bytes must stay as they are until the transaction ends. */
  put(leaf: number, record: Uint8Array): void {
    this.#putRecords.add(leaf, record);
  }

  /** In a transaction: the path of a leaf that has no record yet. */
  putPath(leaf: number, path: Uint8Array): void {
    this.#putPaths.add(leaf, path);
  }

  /** In a transaction: the leaf goes, path and all. */
  remove(leaf: number): void {
    this.#dropRecords.add(leaf);
    this.#dropPaths.add(leaf);
  }

  /** In a transaction: what the next start begins from. */
  setVersion(version: number): void {
    this.#setVersion.run(version);
  }

  /** In a transaction: a sync has committed its full tree. */
  setSync(slot: number, name: string, epoch: number, lastSyncNs: bigint): void {
    this.#setSync.run(slot, name, epoch, String(lastSyncNs));
  }

  /** Writes values of a window that has outgrown its memory; `window` is the caller's number for it. */
  stage(window: number, rows: Iterable<readonly [row: number, value: Uint8Array]>): void {
    this.#database.transaction(() => {
      for (const [row, value] of rows) this.#putStaged.run(window, row, value);
    })();
  }

  /** The staged values of a window from `row` on, by row, at most 1,000. */
  staged(window: number, row: number): { row: number; value: Uint8Array }[] {
    return this.#readStaged.all(window, row) as { row: number; value: Uint8Array }[];
  }

  /** Forgets the staged values of a window. */
  unstage(window: number): void {
    this.#dropStaged.run(window);
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

/** Rows gathered into statements of fifty: a third of the cost of one statement a row. */
class Batch {
  #full: Statement;
  #one: Statement;
  #width: number;
  #waiting: unknown[] = [];

  constructor(database: Database, width: number, sql: (values: string) => string) {
    const row = `(${Array.from({ length: width }, () => '?').join(', ')})`;
    this.#full = prepare(database, sql(Array.from({ length: rowsAStatement }, () => row).join(', ')));
    this.#one = prepare(database, sql(row));
    this.#width = width;
  }

  add(id: number, bytes?: Uint8Array): void {
    this.#waiting.push(id);
    if (bytes !== undefined) this.#waiting.push(bytes);
    if (this.#waiting.length < rowsAStatement * this.#width) return;
    this.#full.run(this.#waiting);
    this.#waiting.length = 0;
  }

  flush(): void {
    for (let at = 0; at < this.#waiting.length; at += this.#width)
      this.#one.run(this.#waiting.slice(at, at + this.#width));
    this.#waiting.length = 0;
  }

  discard(): void {
    this.#waiting.length = 0;
  }
}
