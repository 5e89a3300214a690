import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { AwakeClock } from './awake-clock.ts';

test('while the process runs it is like any other clock, however seldom it is read', () => {
  const clock = new VirtualClock();
  const awake = new AwakeClock(clock);
  const fired: number[] = [];
  awake.setTimer(3_600_000, () => fired.push(awake.monotonic()));
  clock.advance(3_599_999);
  expect([awake.monotonic(), fired]).toEqual([3_599_999, []]);
  clock.advance(1);
  expect([awake.monotonic(), fired]).toEqual([3_600_000, [3_600_000]]);
  expect(awake.now()).toBe(clock.now());
});

test('of a stop of any length a quarter of a second counts, and timers wait for the rest of their time', () => {
  const clock = new VirtualClock();
  const awake = new AwakeClock(clock);
  const fired: number[] = [];
  awake.setTimer(2_000, () => fired.push(awake.monotonic()));
  clock.advance(1_000);
  clock.leap(3_600_000);
  expect(awake.monotonic()).toBe(1_250);
  clock.advance(749);
  expect([awake.monotonic(), fired]).toEqual([1_999, []]);
  clock.advance(1_000);
  expect(fired).toEqual([2_000]);
});

test('what was sent while the process stood is read before a timer that became due', () => {
  const clock = new VirtualClock();
  const awake = new AwakeClock(clock);
  const order: string[] = [];
  awake.setTimer(1_100, () => order.push('expired'));
  clock.advance(1_000);
  clock.leap(60_000);
  order.push('heard');
  clock.advance(1_000);
  expect(order).toEqual(['heard', 'expired']);
});

test('where every turn takes longer than a stop, timers fire all the same', () => {
  const clock = new VirtualClock();
  const awake = new AwakeClock(clock);
  let fired = 0;
  awake.setTimer(1_000, () => void (fired += 1));
  for (let turn = 0; turn < 10; turn++) clock.leap(600);
  expect(fired).toBe(1);
});

test('a timer that was cleared does not fire, also when it was due while the process stood', () => {
  const clock = new VirtualClock();
  const awake = new AwakeClock(clock);
  let fired = 0;
  const timer = awake.setTimer(1_000, () => void (fired += 1));
  clock.leap(10_000);
  timer.clear();
  clock.advance(10_000);
  expect(fired).toBe(0);
});

test('disposed of, it leaves no timer', () => {
  const clock = new VirtualClock();
  const awake = new AwakeClock(clock);
  clock.advance(1_000);
  awake[Symbol.dispose]();
  expect(clock.pending).toBe(0);
});
