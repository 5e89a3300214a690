// A store for the tests of StoreThread: counters by name.

import { type Database, open } from '../src/database.ts';
import { serveStore } from '../src/store-worker.ts';

export class CounterStore implements Disposable {
  readonly #database: Database;
  #failure: string | undefined;
  #latch: Int32Array | undefined;

  constructor(file: string) {
    this.#database = open(file, {
      migrations: ['CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT'],
      synchronous: 'FULL',
    });
  }

  add(name: string, by: number): number {
    const row = this.#database
      .prepare<[string, number], { value: number }>(
        'INSERT INTO counter VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value RETURNING value',
      )
      .get(name, by);
    return row?.value ?? 0;
  }

  fail(message: string): never {
    throw new RangeError(message);
  }

  /** Holds the thread. */
  hold(ms: number): void {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  }

  /** Holds the thread in one call of SQLite, which nothing ends early. */
  count(rows: number): unknown {
    const numbers = 'WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)';
    return this.#database.prepare(`${numbers} SELECT count(*) FROM number`).pluck().get(rows);
  }

  /** Lets tidy() set latch[1] to 1 and wait until latch[0] is not 0. */
  tidyAt(latch: Int32Array): void {
    this.#latch = latch;
  }

  tidy(): void {
    if (this.#latch === undefined) return;
    Atomics.store(this.#latch, 1, 1);
    Atomics.wait(this.#latch, 0, 0);
  }

  /** Lets closing throw. */
  failAtClose(message: string): void {
    this.#failure = message;
  }

  /** Ends the thread. */
  exit(): void {
    process.exit(3);
  }

  [Symbol.dispose](): void {
    this.#database.close();
    if (this.#failure !== undefined) throw new Error(this.#failure);
  }
}

serveStore((file: string) => new CounterStore(file));
