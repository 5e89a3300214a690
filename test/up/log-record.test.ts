import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { noticeOf, readLog, recoveries } from '../../scripts/up/log-record.ts';

const told = (record: object) => noticeOf(readLog(JSON.stringify(record)));

test('a complaint is told with its error or its reasons', () => {
  const err = { type: 'Error', message: 'no room: disk', stack: 'Error: no room\n    at here' };
  expect(told({ level: 'warn', msg: 'configuration not kept', err })).toBe('configuration not kept: no room');
  expect(told({ level: 'error', msg: 'configuration refused', reason: 'flows[0]: no stream' })).toBe(
    'configuration refused: flows[0]: no stream',
  );
  expect(told({ level: 'warn', msg: 'not following', why: 'reset', detail: 'operator' })).toBe(
    'not following: reset: operator',
  );
  expect(told({ level: 'warn', msg: 'a loop is slow' })).toBe('a loop is slow');
});

test('an error that crossed a thread has lost its type; its cause is told once all the same', () => {
  const err = {
    type: 'Error',
    message: 'cannot open x (database is locked): database is locked',
    stack: 'DatabaseOpenError: cannot open x (database is locked)\n    at open',
  };
  expect(readLog(JSON.stringify({ level: 'error', msg: 'service failed', err })).error).toBe(
    'cannot open x (database is locked)',
  );
});

test('that it is over is told, too, and nothing else', () => {
  expect(told({ level: 'info', msg: 'configuration taken', revision: 2 })).toBe(
    'configuration taken: revision 2',
  );
  expect(told({ level: 'info', msg: 'following', why: '', detail: 'of before' })).toBe('following');
  expect(told({ level: 'info', msg: 'checkpoint', reason: 'time' })).toBeUndefined();
  expect(noticeOf(readLog('SYNCLINE_NSP_PORT=http: no port'))).toBeUndefined();
});

test('a watch that fails, and works again, is told with what it watches', () => {
  const watch = 'the conduits of the NSP';
  expect(told({ level: 'warn', watch, reason: 'UNAVAILABLE: no one there', msg: 'a watch failed' })).toBe(
    'a watch failed: the conduits of the NSP: UNAVAILABLE: no one there',
  );
  expect(told({ level: 'info', watch, msg: 'a watch works again' })).toBe(
    'a watch works again: the conduits of the NSP',
  );
});

test('each message that tells that it is over is logged by some source', () => {
  const cwd = fileURLToPath(new URL('../../', import.meta.url));
  const sources = globSync('{packages,services}/*/src/**/*.ts', { cwd })
    .filter((file) => !/\.(test|fixture)\.ts$/.test(file))
    .map((file) => readFileSync(`${cwd}${file}`, 'utf8'));
  expect(recoveries.filter((text) => !sources.some((source) => source.includes(`'${text}')`)))).toEqual([]);
});
