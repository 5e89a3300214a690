import { explore } from '@syncline/testkit/explorer.ts';
import { expect, test } from 'vitest';
import { Latest } from './latest.ts';

const never = new AbortController().signal;

test('a reader gets the current value, skips what was replaced, and returns after disposal', async () => {
  const latest = new Latest('a');
  const values = latest.values(never);
  expect(await values.next()).toEqual({ value: 'a', done: false });
  latest.set('b');
  latest.set('c');
  expect(await values.next()).toEqual({ value: 'c', done: false });
  latest.set('d');
  latest[Symbol.dispose]();
  expect(await values.next()).toEqual({ value: 'd', done: false });
  expect(await values.next()).toEqual({ value: undefined, done: true });
  expect(() => latest.set('e')).toThrow('closed');
  expect(latest.value).toBe('d');
});

test('a reader ends with the reason of its signal', async () => {
  const stop = new AbortController();
  const values = new Latest(1).values(stop.signal);
  await values.next();
  const next = values.next();
  stop.abort(new Error('enough'));
  await expect(next).rejects.toThrow('enough');
});

test('every reader sees growing values and ends with the last, however slow it is', async () => {
  await explore({
    name: 'latest',
    seeds: 1_000,
    budgetMs: 5_000,
    run: async (sim) => {
      const latest = new Latest(0);
      const seen: number[][] = [[], []];
      sim.schedule('writer', async () => {
        for (const value of [1, 2, 3, 4]) {
          await sim.pause('change');
          latest.set(value);
        }
        latest[Symbol.dispose]();
      });
      for (const [n, log] of seen.entries()) {
        sim.schedule(`reader ${n}`, async () => {
          for await (const value of latest.values(sim.signal)) {
            log.push(value);
            await sim.pause('write to a slow stream');
          }
        });
      }
      await sim.settled();
      for (const log of seen) {
        expect(log).toEqual([...new Set(log)].toSorted((a, b) => a - b));
        expect(log.at(-1)).toBe(4);
      }
    },
  });
});
