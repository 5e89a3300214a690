import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { Pacer } from './pacer.ts';

test('in the long run as much is due as the rate says, whatever the steps', () => {
  const clock = new VirtualClock();
  const pacer = new Pacer(333, clock);
  let taken = 0;
  for (let ms = 0; ms < 10_000; ms += 7) {
    clock.advance(7);
    const turns = Math.floor(pacer.due);
    pacer.take(turns);
    taken += turns;
  }
  expect(Math.abs(taken - 3_330)).toBeLessThanOrEqual(4);
});

test('what is taken ahead is missing later', () => {
  const clock = new VirtualClock();
  const pacer = new Pacer(100, clock);
  pacer.take(2);
  clock.advance(20);
  expect(pacer.due).toBe(0);
});

test('lost time is not made up for, and a slow pace still has its turn', () => {
  const clock = new VirtualClock();
  const fast = new Pacer(1_000, clock);
  const slow = new Pacer(1, clock);
  clock.advance(60_000);
  expect(fast.due).toBe(100);
  expect(slow.due).toBe(1);
});

test('at rate 0 nothing is ever due', () => {
  const clock = new VirtualClock();
  const pacer = new Pacer(0, clock);
  clock.advance(1_000);
  expect(pacer.due).toBe(0);
});
