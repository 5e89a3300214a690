import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@syncline/testkit/wait.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CounterStore } from '../testdata/counter-store.ts';
import { StoreDeadlineError, StoreLostError, StoreThread, type StoreThreadOptions } from './store-thread.ts';

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'store-'));
  file = join(directory, 'counters.db');
});
afterEach(() => rmSync(directory, { recursive: true }));

function openCounters(options: Partial<StoreThreadOptions> = {}): Promise<StoreThread<CounterStore>> {
  return StoreThread.open<CounterStore>({
    entry: new URL('../testdata/counter-store.ts', import.meta.url),
    data: file,
    deadlineMs: 5_000,
    onLost: () => expect.fail('the thread was lost'),
    ...options,
  });
}

test('calls are answered in order, and what they wrote is there for the next thread', async () => {
  {
    await using store = await openCounters();
    const sums = await Promise.all([1, 2, 3].map((by) => store.call('add', 'a', by)));
    expect(sums).toEqual([1, 3, 6]);
  }
  await using store = await openCounters();
  expect(await store.call('add', 'a', 0)).toBe(6);
});

test('disposing waits for the calls before it; a call after it is refused', async () => {
  const store = await openCounters();
  const last = store.call('add', 'a', 5);
  await store[Symbol.asyncDispose]();
  expect(await last).toBe(5);
  await expect(store.call('add', 'a', 1)).rejects.toThrow(StoreLostError);
});

test('what a method throws rejects its call alone', async () => {
  await using store = await openCounters();
  await expect(store.call('fail', 'out of cheese')).rejects.toThrow('out of cheese');
  expect(await store.call('add', 'a', 1)).toBe(1);
});

test('what opening throws rejects open, with the file named', async () => {
  writeFileSync(file, 'no database at all, but long enough to hold the header '.repeat(20));
  await expect(openCounters()).rejects.toThrow(`cannot open the database ${file}`);
});

test('a thread that ends by itself rejects what was called and tells its owner once', async () => {
  const lost: Error[] = [];
  await using store = await openCounters({ onLost: (error) => lost.push(error) });
  await expect(store.call('exit')).rejects.toThrow("the store's thread ended: it exited with code 3");
  await expect(store.call('add', 'a', 1)).rejects.toThrow(StoreLostError);
  expect(lost).toHaveLength(1);
});

test('a call that takes too long is given up, and its late answer is nobody else’s', async () => {
  await using store = await openCounters({ deadlineMs: 1_000 });
  await expect(store.call('hold', 1_300)).rejects.toThrow(StoreDeadlineError);
  expect(await store.call('add', 'a', 1)).toBe(1);
});

test('a deadline does not count the time in which this process stood still', async () => {
  await using store = await openCounters({ deadlineMs: 1_000 });
  const held = store.call('hold', 300);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
  await expect(held).resolves.toBeUndefined();
});

test('what a store does after an answer is not waited for by who called', async () => {
  await using store = await openCounters();
  const latch = new Int32Array(new SharedArrayBuffer(8));
  // Answered, though tidy() does not return.
  await store.call('tidyAt', latch);
  await until(() => Atomics.load(latch, 1) === 1, { deadlineMs: 5_000, describe: 'tidying up' });
  const next = store.call('add', 'a', 1);
  Atomics.store(latch, 0, 1);
  Atomics.notify(latch, 0);
  expect(await next).toBe(1);
});

test('arguments that cannot be cloned are refused at once, and no answer is expected', async () => {
  const store = await openCounters();
  const by = (() => 1) as unknown as number;
  await expect(store.call('add', 'a', by)).rejects.toThrow('could not be cloned');
  // Rejects all that is expected: one that nobody waits for fails this test as an unhandled rejection.
  await store[Symbol.asyncDispose]();
});

test('a method that the store has not got is refused by name', async () => {
  await using store = await openCounters();
  const strange = store as unknown as StoreThread<{ subtract(): void }>;
  await expect(strange.call('subtract')).rejects.toThrow('the store has no method "subtract"');
});

test('what closing throws is what disposing rejects with', async () => {
  const store = await openCounters();
  await store.call('failAtClose', 'the disk is gone');
  await expect(store[Symbol.asyncDispose]()).rejects.toThrow('the disk is gone');
});

test('a thread that hangs holds disposing no longer than the deadline', async () => {
  const store = await openCounters({ deadlineMs: 1_000 });
  const held = store.call('count', 60_000_000);
  await expect(held).rejects.toThrow(StoreDeadlineError);
  const begun = performance.now();
  await store[Symbol.asyncDispose]();
  expect(performance.now() - begun).toBeLessThan(2_500);
});
