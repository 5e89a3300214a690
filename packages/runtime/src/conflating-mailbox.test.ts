import { explore } from '@syncline/testkit/explorer.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConflatingMailbox } from './conflating-mailbox.ts';
import { ClosedError, FullError, SecondConsumerError } from './mailbox-errors.ts';

const never = new AbortController().signal;

test('the newest value of each key wins, in the order in which the keys first arrived', async () => {
  const mailbox = new ConflatingMailbox<string, number>({ name: 'm', capacity: 5 });
  mailbox.offer('x', 1);
  mailbox.offer('y', 2);
  mailbox.offer('x', 3);
  mailbox.offer('x', 4);
  const batches = mailbox.batches(never);
  expect((await batches.next()).value).toEqual([
    { key: 'x', value: 4, conflated: 2 },
    { key: 'y', value: 2, conflated: 0 },
  ]);
  mailbox.offer('x', 5);
  expect((await batches.next()).value).toEqual([{ key: 'x', value: 5, conflated: 0 }]);
  expect(mailbox.conflations).toBe(2);
});

test('at the bound a new key is refused and a known one still replaced', () => {
  const mailbox = new ConflatingMailbox<string, number>({ name: 'leaves', capacity: 1 });
  mailbox.offer('x', 1);
  expect(() => mailbox.offer('y', 1)).toThrow(new FullError('leaves', 1));
  mailbox.offer('x', 2);
  expect(mailbox.depth).toBe(1);
  expect(mailbox.close()).toEqual([{ key: 'x', value: 2, conflated: 1 }]);
  expect(() => mailbox.offer('x', 3)).toThrow(ClosedError);
  expect(() => new ConflatingMailbox({ name: 'leaves', capacity: Number.NaN })).toThrow('not NaN');
});

test('disposal lets the consumer finish; a second consumer is refused', async () => {
  const mailbox = new ConflatingMailbox<string, number>({ name: 'm', capacity: 1 });
  mailbox.offer('x', 1);
  mailbox[Symbol.dispose]();
  const batches = mailbox.batches(never);
  expect((await batches.next()).done).toBe(false);
  await expect(mailbox.batches(never).next()).rejects.toThrow(SecondConsumerError);
  expect((await batches.next()).done).toBe(true);
});

test('every value is delivered, handed back or conflated, and each key ends with its last', async () => {
  const operation = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'c') },
    { weight: 1, arbitrary: fc.constant('take' as const) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(operation), async (operations) => {
      const mailbox = new ConflatingMailbox<string, number>({ name: 'm', capacity: 3 });
      const offered = new Map<string, number>();
      const taken = [];
      let count = 0;
      for (const [n, key] of operations.entries()) {
        if (key !== 'take') {
          mailbox.offer(key, n);
          offered.set(key, n);
          count += 1;
        } else if (mailbox.depth > 0) {
          const batches = mailbox.batches(never);
          taken.push(...((await batches.next()).value ?? []));
          await batches.return();
        }
      }
      taken.push(...mailbox.close());
      expect(new Map(taken.map(({ key, value }) => [key, value]))).toEqual(offered);
      expect(taken.reduce((sum, { conflated }) => sum + 1 + conflated, 0)).toBe(count);
      expect(mailbox.conflations).toBe(count - taken.length);
    }),
  );
});

test('a consumer of any slowness ends with the last value of every key', async () => {
  await explore({
    name: 'conflating',
    seeds: 1_000,
    budgetMs: 5_000,
    run: async (sim) => {
      const mailbox = new ConflatingMailbox<string, number>({ name: 'm', capacity: 2 });
      const state = new Map<string, number>();
      sim.background('consumer', async (signal) => {
        for await (const batch of mailbox.batches(signal)) {
          await sim.pause('apply');
          for (const { key, value } of batch) state.set(key, value);
        }
      });
      for (const key of ['x', 'y']) {
        const link = sim.link<number>(key, (value) => mailbox.offer(key, value));
        for (const value of [1, 2, 3]) link.send(value);
      }
      await sim.settled();
      expect(Object.fromEntries(state)).toEqual({ x: 3, y: 3 });
    },
  });
});
