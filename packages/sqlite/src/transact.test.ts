import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Database, open } from './database.ts';
import { faultOf } from './store-fault.ts';
import { transact } from './transact.ts';

let directory: string;
let database: Database;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'transact-'));
  database = open(join(directory, 'a.db'), {
    migrations: ['CREATE TABLE leaf (value TEXT NOT NULL) STRICT'],
    synchronous: 'NORMAL',
  });
});
afterEach(() => {
  database.close();
  rmSync(directory, { recursive: true });
});

const put = (value: string) => database.prepare('INSERT INTO leaf VALUES (?)').run(value);
const values = () => database.prepare('SELECT value FROM leaf').pluck().all();
const logBytes = () => statSync(join(directory, 'a.db-wal')).size;

/** What SQLite throws on a full disk. */
const full = () => Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });

test('what a body that throws has written is gone', () => {
  expect(transact(database, 'write', () => put('a').changes)).toBe(1);
  const body = () => {
    put('b');
    throw new RangeError('not this');
  };
  expect(() => transact(database, 'write', body)).toThrow(new RangeError('not this'));
  expect(values()).toEqual(['a']);
});

test('on a full disk the log gives its room back, and the body runs once more', () => {
  put('before');
  const logs: number[] = [];
  transact(database, 'write', () => {
    logs.push(logBytes());
    put(`run ${logs.length}`);
    if (logs.length === 1) throw full();
  });
  expect(logs).toEqual([expect.any(Number), 0]);
  expect(logs[0]).toBeGreaterThan(0);
  expect(values()).toEqual(['before', 'run 2']);
});

test('a disk that is full all the same has refused, after two attempts', () => {
  let runs = 0;
  const body = () => {
    runs += 1;
    put('a');
    throw full();
  };
  let refusal: unknown;
  try {
    transact(database, 'write', body);
  } catch (error) {
    refusal = error;
  }
  expect(faultOf(refusal)).toBe('disk-full');
  expect(String(refusal)).toBe('StoreFaultError: write: database or disk is full (SQLITE_FULL)');
  expect([runs, values()]).toEqual([2, []]);
});
