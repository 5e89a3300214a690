import { getEventListeners } from 'node:events';
import { explore } from '@syncline/testkit/explorer.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Watermark } from './watermark.ts';

const never = new AbortController().signal;

test('a wait for what has been reached already returns at once', async () => {
  const mark = new Watermark(5n);
  await mark.reaches(5n, never);
  await mark.reaches(0n, never);
  expect(mark.waiting).toBe(0);
});

test('an advance wakes exactly those whose revision it reached', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.bigInt({ min: 0n, max: 20n }), { maxLength: 10 }),
      fc.array(fc.bigInt({ min: 0n, max: 8n }), { maxLength: 5 }),
      async (targets, increments) => {
        const mark = new Watermark();
        const woken: bigint[] = [];
        const sorted = (revisions: bigint[]) => revisions.toSorted((a, b) => Number(a - b));
        for (const target of targets) {
          void mark.reaches(target, never).then(() => woken.push(target));
        }
        for (const increment of increments) {
          mark.advance(mark.value + increment);
          await new Promise(setImmediate);
          expect(sorted(woken)).toEqual(sorted(targets.filter((target) => target <= mark.value)));
        }
        expect(mark.waiting).toBe(targets.filter((target) => target > mark.value).length);
      },
    ),
  );
});

test('it does not go back', () => {
  const mark = new Watermark(3n);
  mark.advance(3n);
  expect(() => mark.advance(2n)).toThrow(new RangeError('watermark at 3 cannot go back to 2'));
});

test('an aborted wait rejects and is forgotten; a thousand waits leave no listener', async () => {
  const mark = new Watermark();
  const { signal } = new AbortController();
  const stop = new AbortController();
  const waits = Array.from({ length: 1_000 }, () => mark.reaches(1n, signal));
  const aborted = mark.reaches(1n, stop.signal);
  stop.abort(new Error('enough'));
  await expect(aborted).rejects.toThrow('enough');
  await expect(mark.reaches(0n, stop.signal)).rejects.toThrow('enough');
  expect(mark.waiting).toBe(1_000);
  mark.advance(1n);
  await Promise.all(waits);
  expect(mark.waiting).toBe(0);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
});

test('close rejects those who wait for more, now and later, with its first reason', async () => {
  const mark = new Watermark(4n);
  const { signal } = new AbortController();
  const waiting = mark.reaches(5n, signal);
  mark.close(new Error('the store failed'));
  mark.close(new Error('again'));
  await expect(waiting).rejects.toThrow('the store failed');
  await expect(mark.reaches(9n, signal)).rejects.toThrow('the store failed');
  await mark.reaches(4n, signal);
  expect(() => mark.advance(5n)).toThrow('the store failed');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('watchers of a growing log see every revision once, however they are delayed', async () => {
  await explore({
    name: 'watermark',
    seeds: 1_000,
    budgetMs: 5_000,
    run: async (sim) => {
      const head = new Watermark();
      const seen: bigint[][] = [[], []];
      for (const revision of [1n, 2n, 3n]) {
        sim.schedule(`commit ${revision}`, () => head.advance(head.value + 1n));
      }
      for (const log of seen) {
        sim.schedule(`watcher ${seen.indexOf(log)}`, async () => {
          for (let next = 1n; next <= 3n; ) {
            await head.reaches(next, sim.signal);
            const until = head.value;
            await sim.pause('read a page');
            for (; next <= until; next += 1n) log.push(next);
          }
        });
      }
      await sim.settled();
      expect(seen).toEqual([
        [1n, 2n, 3n],
        [1n, 2n, 3n],
      ]);
    },
  });
});
