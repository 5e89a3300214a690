import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { open } from './database.ts';
import { asStoreFault, faultOf } from './store-fault.ts';

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fault-'));
  file = join(directory, 'a.db');
});
afterEach(() => rmSync(directory, { recursive: true }));

function thrownBy(act: () => void): Error {
  try {
    act();
  } catch (error) {
    return asStoreFault('the test', error);
  }
  throw new Error('nothing was thrown');
}

const openFile = () =>
  open(file, {
    migrations: ['CREATE TABLE big (bytes BLOB NOT NULL) STRICT'],
    synchronous: 'NORMAL',
    busyTimeoutMs: 0,
    exclusive: true,
  });

test('a file that may not grow is full', () => {
  using database = closing(openFile());
  database.it.pragma('max_page_count = 8');
  const error = thrownBy(() => database.it.prepare('INSERT INTO big VALUES (zeroblob(100000))').run());
  expect(faultOf(error)).toBe('disk-full');
  expect(error.message).toBe('the test: database or disk is full (SQLITE_FULL)');
});

test('a file that another has open is busy, one that is no database is corrupt', () => {
  {
    using _ = closing(openFile());
    expect(faultOf(thrownBy(openFile))).toBe('busy');
  }
  writeFileSync(file, 'no database at all, but long enough to hold the header '.repeat(20));
  expect(faultOf(thrownBy(openFile))).toBe('corrupt');
});

test('which fault it was survives the way between threads', () => {
  writeFileSync(file, 'no database at all, but long enough to hold the header '.repeat(20));
  const crossed = structuredClone(thrownBy(openFile));
  expect(crossed.name).toBe('Error');
  expect(faultOf(crossed)).toBe('corrupt');
});

test('a mistake of ours is no fault of the disk', () => {
  using database = closing(openFile());
  const error = thrownBy(() => database.it.prepare('SELECT nothing FROM nowhere'));
  expect(faultOf(error)).toBeUndefined();
  expect(faultOf(new RangeError('a cause', { cause: { fault: 'of its own' } }))).toBeUndefined();
});

function closing(it: ReturnType<typeof open>) {
  return { it, [Symbol.dispose]: () => void it.close() };
}
