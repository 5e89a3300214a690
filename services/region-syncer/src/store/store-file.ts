// The store's file, and what is held in memory of it: where the history stands and which segments the log has.
// Invariant: what is held is what the last commit left. When a transaction fails it is thrown away and read again.

import { dataVariable } from '@syncline/rpc/settings/data.ts';
import { type Database, open } from '@syncline/sqlite/database.ts';
import { asStoreFault, asUnsynced, faultOf } from '@syncline/sqlite/store-fault.ts';
import type { StorePoint } from './failpoints.ts';
import { History } from './history.ts';
import { HistoryTable } from './history-table.ts';
import { LogSegments } from './log-segments.ts';
import { migrations } from './schema.ts';
import type { RegionStoreOptions } from './store-options.ts';

export interface Held {
  readonly log: LogSegments;
  readonly history: History;
}

/** What SQLite tells of its write-ahead log, in pages; `log` is -1 when there is none. */
interface LogState {
  readonly log: number;
  readonly checkpointed: number;
}

export class StoreFile implements Disposable {
  readonly database: Database;
  readonly #walPages: number;
  readonly #logState: ReturnType<typeof prepareLogState>;
  readonly #segmentRecords: number;
  readonly #failpoint: (point: StorePoint) => void;
  #held: Held | undefined;
  /** Something was written since the log was looked at. */
  #isDue = false;
  /** The disk did not take what the log has. */
  #isOwed = false;

  /**
   * Opens or creates the file. Throws StoreFaultError, of fault busy while another process has it open, and
   * DatabaseOpenError for any other reason.
   */
  constructor(options: RegionStoreOptions, failpoint: (point: StorePoint) => void) {
    this.#failpoint = failpoint;
    this.#segmentRecords = options.segmentRecords;
    this.database = openFile(options);
    this.#walPages = options.walPages;
    // See checkpoint().
    this.database.pragma('wal_autocheckpoint = 0');
    this.#logState = prepareLogState(this.database);
    const pageBytes = Number(this.database.pragma('page_size', { simple: true }));
    this.database.pragma(`max_page_count = ${Math.ceil(options.diskBytes / pageBytes)}`);
  }

  /** Runs `body`, which changes nothing. Throws StoreFaultError when the disk refuses. */
  read<Value>(operation: string, body: (held: Held) => Value): Value {
    try {
      return body(this.#state());
    } catch (error) {
      throw asStoreFault(operation, error);
    }
  }

  /** Runs `body` in one transaction; when it throws, nothing of it stays. Throws StoreFaultError when the disk refuses. */
  write<Value>(operation: string, body: (held: Held) => Value): Value {
    try {
      if (this.#isOwed) this.#moveLog();
      const held = this.#state();
      this.#isDue = true;
      return this.database.transaction(() => body(held)).immediate();
    } catch (error) {
      this.#held = undefined;
      throw asStoreFault(operation, error);
    }
  }

  /**
   * As write(), and when it is over a power cut loses nothing of it either, whatever `synchronous` is: for what must not
   * be given out twice. Throws UnsyncedError when it is written and only that failed.
   */
  writeThrough<Value>(operation: string, body: (held: Held) => Value): Value {
    const value = this.write(operation, body);
    try {
      this.#failpoint('sync');
      // Both of SQLite's files are synced by it.
      this.database.pragma('wal_checkpoint(FULL)');
    } catch (error) {
      throw asUnsynced(operation, error);
    }
    return value;
  }

  /**
   * Moves what SQLite's write-ahead log has into the file, once that is enough. To be called after each write, when it is
   * answered: with SQLite's own automatism it would be answered after that. What the disk refuses stays in the log, durable
   * as it is, and the next write begins with it and is refused with it.
   */
  checkpoint(): void {
    if (!this.#isDue) return;
    this.#isDue = false;
    try {
      const state = this.#logState.get();
      if (state !== undefined && state.log - state.checkpointed >= this.#walPages) this.#moveLog();
    } catch (error) {
      if (faultOf(asStoreFault('checkpoint', error)) === undefined) throw error;
      this.#isOwed = true;
    }
  }

  [Symbol.dispose](): void {
    this.database.close();
  }

  #moveLog(): void {
    this.database.pragma('wal_checkpoint(PASSIVE)');
    this.#isOwed = false;
  }

  #state(): Held {
    if (this.#held === undefined) {
      const log = new LogSegments(this.database, this.#segmentRecords);
      const history = new History(new HistoryTable(this.database), log.spans.at(-1)?.next);
      this.#held = { log, history };
    }
    return this.#held;
  }
}

function prepareLogState(database: Database) {
  return database.prepare<[], LogState>('PRAGMA wal_checkpoint(NOOP)');
}

/** The first record that follows `position`, when all that do are in the log; undefined when they are not. */
export function readableFrom({ history, log }: Held, position: number): number | undefined {
  const from = history.following(position);
  return from === undefined || from < (log.first ?? history.next) ? undefined : from;
}

function openFile({ file, synchronous, busyTimeoutMs }: RegionStoreOptions): Database {
  try {
    return open(file, { migrations, synchronous, busyTimeoutMs, exclusive: true, setting: dataVariable });
  } catch (error) {
    throw asStoreFault('open', error);
  }
}
