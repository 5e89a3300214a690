import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { NoPlaceError, Places } from './places.ts';

const never = new AbortController().signal;
const made = (change = {}) => {
  const clock = new VirtualClock();
  return { clock, places: new Places({ most: 1, queue: 2, waitMs: 1_000, ...change }, clock) };
};

test('a place is handed to who has waited longest, and never free in between', async () => {
  const { places } = made();
  const first = await places.take(never);
  const order: string[] = [];
  const waiting = ['a', 'b'].map((name) =>
    places.take(never).then((place) => {
      order.push(name);
      return place;
    }),
  );
  first[Symbol.dispose]();
  expect(places.isFree).toBe(false);
  (await waiting[0])?.[Symbol.dispose]();
  (await waiting[1])?.[Symbol.dispose]();
  expect([order, places.isFree]).toEqual([['a', 'b'], true]);
});

test('to let go of a place twice frees it once', async () => {
  const { places } = made({ most: 2 });
  const first = await places.take(never);
  await places.take(never);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  await places.take(never);
  expect(places.isFree).toBe(false);
});

test('a full queue refuses at once, and a long wait ends', async () => {
  const { clock, places } = made({ queue: 1 });
  await places.take(never);
  const waiting = places.take(never);
  await expect(places.take(never)).rejects.toThrow(NoPlaceError);
  clock.advance(1_000);
  await expect(waiting).rejects.toThrow('1 snapshots were being sent for 1000 ms');
  expect([places.waiting, clock.pending]).toEqual([0, 0]);
});

test('who leaves the queue is passed over', async () => {
  const { places } = made();
  const first = await places.take(never);
  const leaving = new AbortController();
  const left = places.take(leaving.signal);
  const next = places.take(never);
  leaving.abort(new Error('gone'));
  await expect(left).rejects.toThrow('gone');
  first[Symbol.dispose]();
  await next;
});
