import { expect, test } from 'vitest';
import { asStoreFault, asUnsynced, faultOf } from './store-fault.ts';
import { refusalOf } from './store-refusal.ts';
import { StoreDeadlineError, StoreLostError } from './store-thread.ts';

const full = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });

test.each([
  ['refused', 'a write that the disk refused', asStoreFault('write', full)],
  ['unknown', 'a write that is done and could not be synced', asUnsynced('write', full)],
  ['unknown', 'a write that was not answered in time', new StoreDeadlineError('write', 10)],
  ['broken', 'a store that is gone', new StoreLostError('gone')],
  ['broken', 'a fault of ours instead of a sync', asUnsynced('write', new TypeError('no such pragma'))],
])('%s is what became of %s', (refusal, _, error) => {
  expect(refusalOf(error)).toBe(refusal);
});

test('a write that could not be synced is told as what the disk refused, between threads too', () => {
  const crossed = structuredClone(asUnsynced('write', full));
  expect([refusalOf(crossed), faultOf(crossed), crossed.message]).toEqual([
    'unknown',
    'disk-full',
    'write: database or disk is full (SQLITE_FULL)',
  ]);
});
