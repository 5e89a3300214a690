import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DatabaseOpenError, open } from './database.ts';
import { MigrationError, NewerDatabaseError } from './migration.ts';

const create = 'CREATE TABLE leaf (id INTEGER PRIMARY KEY, value TEXT NOT NULL) STRICT';
const widen = "ALTER TABLE leaf ADD COLUMN note TEXT NOT NULL DEFAULT ''";

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sqlite-'));
  file = join(directory, 'below', 'store.db');
});
afterEach(() => rmSync(directory, { recursive: true }));

function openFailure(migrations: readonly string[]): DatabaseOpenError {
  try {
    open(file, { migrations, synchronous: 'FULL' }).close();
  } catch (error) {
    if (error instanceof DatabaseOpenError) return error;
    throw error;
  }
  throw new Error('opened');
}

test('a new file gets its directory, every migration and the pragmas', () => {
  const database = open(file, { migrations: [create, widen], synchronous: 'NORMAL', busyTimeoutMs: 1234 });
  const pragma = (name: string) => database.pragma(name, { simple: true });
  expect([
    pragma('journal_mode'),
    pragma('synchronous'),
    pragma('foreign_keys'),
    pragma('busy_timeout'),
  ]).toEqual(['wal', 1, 1, 1234]);
  expect(pragma('user_version')).toBe(2);
  database.prepare("INSERT INTO leaf (value, note) VALUES ('a', 'b')").run();
  database.close();
});

test('a file of an older version is brought up and keeps its rows', () => {
  const old = open(file, { migrations: [create], synchronous: 'FULL' });
  old.prepare("INSERT INTO leaf (value) VALUES ('kept')").run();
  old.close();
  const database = open(file, { migrations: [create, widen], synchronous: 'FULL' });
  expect(database.prepare('SELECT value, note FROM leaf').all()).toEqual([{ value: 'kept', note: '' }]);
  database.close();
});

test('a file of a newer version is refused with both numbers', () => {
  open(file, { migrations: [create, widen], synchronous: 'FULL' }).close();
  const error = openFailure([create]);
  expect(error.cause).toBeInstanceOf(NewerDatabaseError);
  expect(error.message).toContain(file);
  expect(error.message).toContain('at version 2, this program knows versions up to 1');
});

test('a migration that fails halfway leaves the file at its old version', () => {
  open(file, { migrations: [create], synchronous: 'FULL' }).close();
  expect(openFailure([create, `${widen}; INSERT INTO nowhere VALUES (1)`]).message).toContain('nowhere');
  const database = open(file, { migrations: [create], synchronous: 'FULL' });
  expect(database.prepare("SELECT name FROM pragma_table_info('leaf')").pluck().all()).toEqual([
    'id',
    'value',
  ]);
  database.close();
});

test('a table that is not STRICT is refused', () => {
  const error = openFailure(['CREATE TABLE loose (id INTEGER PRIMARY KEY)']);
  expect(error.cause).toBeInstanceOf(MigrationError);
  expect(error.message).toContain('not STRICT: loose');
});

test('a migration that leaves a dangling reference is refused', () => {
  const error = openFailure([
    `${create}; CREATE TABLE note (leaf INTEGER NOT NULL REFERENCES leaf (id)) STRICT; INSERT INTO note VALUES (7)`,
  ]);
  expect(error.message).toContain('a row of note refers to no row of leaf');
});

test('an exclusive file is locked for others until it is closed, and says so at their open', () => {
  const first = open(file, { migrations: [create], synchronous: 'FULL', exclusive: true });
  const others = { migrations: [create], synchronous: 'FULL', exclusive: true, busyTimeoutMs: 10 } as const;
  const second = () => open(file, others);
  expect(second).toThrow(`cannot open the database ${file}: another process has it (database is locked)`);
  expect(() => open(file, { ...others, setting: 'SYNCLINE_DATA' })).toThrow(
    '(database is locked); stop that one, or set SYNCLINE_DATA to another place',
  );
  first.prepare("INSERT INTO leaf (value) VALUES ('a')").run();
  first.close();
  const successor = second();
  expect(successor.prepare('SELECT value FROM leaf').pluck().all()).toEqual(['a']);
  successor.close();
});

test('the log is moved into the file before it is long, and is cut back after a transaction that made it so', () => {
  const logBytes = 100_000;
  const database = open(file, { migrations: [create], synchronous: 'NORMAL', logBytes });
  const put = database.prepare('INSERT INTO leaf (value) VALUES (hex(zeroblob(?)))');
  const log = () => statSync(`${file}-wal`).size;
  for (let n = 0; n < 200; n++) {
    put.run(1_000);
    expect(log()).toBeLessThan(logBytes + 20_000);
  }
  put.run(200_000);
  expect(log()).toBeGreaterThan(400_000);
  put.run(1);
  expect(log()).toBeLessThanOrEqual(logBytes);
  database.close();
});

test('a file that may not grow refuses what it has no room for', () => {
  const database = open(file, { migrations: [create], synchronous: 'NORMAL', maxBytes: 100_000 });
  const put = database.prepare('INSERT INTO leaf (value) VALUES (hex(zeroblob(?)))');
  put.run(10_000);
  expect(() => put.run(50_000)).toThrow('database or disk is full');
  database.close();
});

test('a folder that cannot be made is refused at once', () => {
  file = '/proc/syncline/store.db';
  expect(openFailure([create]).message).toContain("mkdir '/proc/syncline'");
});

test('a file that is no database is named', () => {
  file = join(directory, 'text.db');
  writeFileSync(file, 'this is plain text, and long enough to be read as a header '.repeat(20));
  expect(openFailure([create]).message).toContain(`cannot open the database ${file}: file is not a database`);
});
