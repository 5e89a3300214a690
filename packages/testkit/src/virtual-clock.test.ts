import { sleep } from '@syncline/runtime/clock.ts';
import { expect, test } from 'vitest';
import { VirtualClock } from './virtual-clock.ts';

test('timers fire in order of time, and in the order set when due together', () => {
  const clock = new VirtualClock();
  const fired: [string, number][] = [];
  const note = (name: string) => () => fired.push([name, clock.monotonic()]);
  clock.setTimer(30, note('c'));
  clock.setTimer(10, note('a'));
  clock.setTimer(10, note('b'));
  clock.advance(29);
  expect(fired).toEqual([
    ['a', 10],
    ['b', 10],
  ]);
  clock.advance(1);
  expect(fired.at(-1)).toEqual(['c', 30]);
  expect(clock.pending).toBe(0);
});

test('a timer set by a timer fires in the same advance when it is due by then', () => {
  const clock = new VirtualClock();
  let beats = 0;
  const beat = () => {
    beats += 1;
    clock.setTimer(10, beat);
  };
  clock.setTimer(10, beat);
  clock.advance(35);
  expect(beats).toBe(3);
  expect(clock.monotonic()).toBe(35);
});

test('a cleared timer does not fire, nor does one that is never due', () => {
  const clock = new VirtualClock();
  let fired = 0;
  const count = () => {
    fired += 1;
  };
  const timer = clock.setTimer(5, count);
  clock.setTimer(Number.POSITIVE_INFINITY, count);
  timer.clear();
  timer.clear();
  clock.advance(1e9);
  expect(fired).toBe(0);
  expect(clock.pending).toBe(0);
});

test('stepping the wall clock does not move monotonic time', () => {
  const clock = new VirtualClock();
  const before = clock.now();
  clock.advance(1.5);
  expect(clock.now() - before).toBe(1_500_000n);
  clock.stepWall(-3_600_000);
  expect(clock.now() - before).toBe(1_500_000n - 3_600_000_000_000n);
  expect(clock.monotonic()).toBe(1.5);
});

test('sleep on it ends when time has come', async () => {
  const clock = new VirtualClock();
  const slept = sleep(clock, 1_000, new AbortController().signal);
  clock.advance(1_000);
  await slept;
  expect(clock.pending).toBe(0);
});
