import { getEventListeners } from 'node:events';
import { explore } from '@syncline/testkit/explorer.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Mailbox } from './mailbox.ts';
import { ClosedError, FullError, SecondConsumerError } from './mailbox-errors.ts';

const never = new AbortController().signal;

test('a full mailbox refuses an offer with its name and capacity', () => {
  const mailbox = new Mailbox<string>({ name: 'writer', capacity: 2 });
  mailbox.offer('a');
  mailbox.offer('b');
  expect(() => mailbox.offer('c')).toThrow(new FullError('writer', 2));
  expect(mailbox.depth).toBe(2);
  expect(mailbox.close()).toEqual(['a', 'b']);
});

test('a capacity or batch size that makes no sense is named', () => {
  expect(() => new Mailbox({ name: 'w', capacity: 0 })).toThrow(
    'mailbox w: capacity must be a whole number from 1, not 0',
  );
  expect(() => new Mailbox({ name: 'w', capacity: 1.5 })).toThrow('not 1.5');
  expect(() => new Mailbox({ name: 'w', capacity: 1 }).batches(0, never)).toThrow(
    'max must be 1 or more, not 0',
  );
});

test('the consumer takes what has arrived, at most max at a time', async () => {
  const mailbox = new Mailbox<number>({ name: 'm', capacity: 10 });
  const batches = mailbox.batches(2, never);
  for (const n of [1, 2, 3]) mailbox.offer(n);
  expect((await batches.next()).value).toEqual([1, 2]);
  mailbox.offer(4);
  expect((await batches.next()).value).toEqual([3, 4]);
  const next = batches.next();
  mailbox.offer(5);
  mailbox.offer(6);
  expect((await next).value).toEqual([5, 6]);
});

test('put waits for room, in order, and an offer does not overtake it', async () => {
  const mailbox = new Mailbox<string>({ name: 'm', capacity: 1 });
  mailbox.offer('a');
  const puts = [mailbox.put('b', never), mailbox.put('c', never)];
  const batches = mailbox.batches(5, never);
  expect((await batches.next()).value).toEqual(['a']);
  expect(() => mailbox.offer('d')).toThrow(FullError);
  expect((await batches.next()).value).toEqual(['b']);
  await Promise.all(puts);
  expect((await batches.next()).value).toEqual(['c']);
});

test('a put that was aborted is not accepted and leaves no listener', async () => {
  const mailbox = new Mailbox<string>({ name: 'm', capacity: 1 });
  const stop = new AbortController();
  mailbox.offer('a');
  const put = mailbox.put('b', stop.signal);
  stop.abort(new Error('enough'));
  await expect(put).rejects.toThrow('enough');
  expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  await expect(mailbox.put('c', stop.signal)).rejects.toThrow('enough');
  expect(mailbox.close()).toEqual(['a']);
});

test('end lets the consumer finish what was accepted, and refuses the rest', async () => {
  const mailbox = new Mailbox<string>({ name: 'm', capacity: 1 });
  mailbox.offer('a');
  const put = mailbox.put('b', never);
  mailbox[Symbol.dispose]();
  await expect(put).rejects.toThrow(ClosedError);
  await expect(mailbox.put('c', never)).rejects.toThrow(new ClosedError('m'));
  expect(() => mailbox.offer('d')).toThrow(ClosedError);
  const batches = mailbox.batches(5, never);
  expect((await batches.next()).value).toEqual(['a']);
  expect((await batches.next()).done).toBe(true);
});

test('close wakes the consumer, whose generator returns', async () => {
  const mailbox = new Mailbox<string>({ name: 'm', capacity: 1 });
  const next = mailbox.batches(5, never).next();
  await Promise.resolve();
  expect(mailbox.close()).toEqual([]);
  expect(await next).toEqual({ value: undefined, done: true });
});

test('an abort ends the consumer but not the items', async () => {
  const mailbox = new Mailbox<string>({ name: 'm', capacity: 3 });
  const stop = new AbortController();
  const next = mailbox.batches(5, stop.signal).next();
  stop.abort(new Error('enough'));
  await expect(next).rejects.toThrow('enough');
  mailbox.offer('a');
  await expect(mailbox.batches(5, stop.signal).next()).rejects.toThrow('enough');
  expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  expect(mailbox.close()).toEqual(['a']);
});

test('a second consumer is refused while the first reads, and welcome after it left', async () => {
  const mailbox = new Mailbox<string>({ name: 'm', capacity: 3 });
  mailbox.offer('a');
  const first = mailbox.batches(1, never);
  await first.next();
  await expect(mailbox.batches(1, never).next()).rejects.toThrow(new SecondConsumerError('m'));
  await first.return();
  mailbox.offer('b');
  expect((await mailbox.batches(1, never).next()).value).toEqual(['b']);
});

test('what was accepted is delivered or handed back, once and in order', async () => {
  const operation = fc.oneof(fc.constant('offer' as const), fc.integer({ min: 1, max: 4 }));
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.array(operation), async (capacity, operations) => {
      const mailbox = new Mailbox<number>({ name: 'm', capacity });
      const accepted: number[] = [];
      const delivered: number[] = [];
      for (const [n, action] of operations.entries()) {
        if (action !== 'offer') {
          if (mailbox.depth > 0) {
            const batches = mailbox.batches(action, never);
            delivered.push(...((await batches.next()).value ?? []));
            await batches.return();
          }
        } else if (mailbox.depth < capacity) {
          mailbox.offer(n);
          accepted.push(n);
        } else {
          expect(() => mailbox.offer(n)).toThrow(FullError);
        }
      }
      expect([...delivered, ...mailbox.close()]).toEqual(accepted);
    }),
  );
});

test('under any interleaving of senders, consumer, aborts and close, every item has one fate', async () => {
  await explore({
    name: 'mailbox fates',
    seeds: 2_000,
    budgetMs: 8_000,
    run: async (sim) => {
      const mailbox = new Mailbox<string>({ name: 'm', capacity: 1 + sim.choose(3) });
      const accepted: string[] = [];
      const refused: string[] = [];
      const delivered: string[] = [];
      const stop = new AbortController();
      sim.invariant('bound', () => mailbox.depth <= mailbox.capacity);
      for (const sender of ['a', 'b', 'c']) {
        sim.schedule(`sender ${sender}`, async () => {
          for (const n of [1, 2, 3]) {
            const item = `${sender}${n}`;
            await sim.pause(`sender ${sender}`);
            await mailbox.put(item, stop.signal).then(
              () => accepted.push(item),
              () => refused.push(item),
            );
          }
        });
      }
      sim.schedule('consumer', async () => {
        for await (const batch of mailbox.batches(2, sim.signal)) {
          delivered.push(...batch);
          await sim.pause('consumer works');
        }
      });
      if (sim.choose(2) === 1) sim.schedule('abort senders', () => stop.abort());
      let handedBack: string[] | undefined;
      if (sim.choose(2) === 1) {
        sim.schedule('close', () => {
          handedBack = mailbox.close();
        });
      }
      await sim.settled();
      expect(mailbox.depth, 'the consumer was woken for everything').toBe(0);
      expect(accepted.length + refused.length, 'every sender was answered').toBe(9);
      mailbox.end();
      await sim.settled();
      const fates = [...delivered, ...(handedBack ?? [])];
      expect(fates.toSorted()).toEqual(accepted.toSorted());
      for (const sender of ['a', 'b', 'c']) {
        const own = fates.filter((item) => item.startsWith(sender));
        expect(own).toEqual(own.toSorted());
      }
    },
  });
});
