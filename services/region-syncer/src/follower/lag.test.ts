import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { beforeEach, expect, test } from 'vitest';
import { firstOfTerm, indexOf } from '../log/index.ts';
import { Lag } from './lag.ts';

const base = firstOfTerm(3);
let clock: VirtualClock;
let lag: Lag;

beforeEach(() => {
  clock = new VirtualClock();
  lag = new Lag(clock);
});

function nowMs(): number {
  return Number(clock.now() / 1_000_000n);
}

test('nothing is known before the leader has said anything, and after another one answers', () => {
  expect([lag.records(base), lag.ms(), lag.leaderNext]).toEqual([undefined, undefined, undefined]);
  lag.told(base + 4, nowMs());
  lag.forget();
  expect([lag.records(base), lag.ms(), lag.leaderNext]).toEqual([undefined, undefined, undefined]);
});

test('the oldest record that is missing gives the age, until it is applied', () => {
  lag.told(base + 4, nowMs());
  clock.advance(100);
  lag.told(base + 9, nowMs());
  clock.advance(50);
  expect([lag.records(base + 2), lag.ms()]).toEqual([7, 150]);
  lag.applied(base + 4);
  expect([lag.records(base + 4), lag.ms()]).toEqual([5, 50]);
  lag.applied(base + 9);
  expect([lag.records(base + 9), lag.ms()]).toEqual([0, 0]);
});

test('what was longer on its way than others is older by that, what has no time counts from now', () => {
  lag.told(base + 1, nowMs());
  const sentMs = nowMs();
  clock.advance(20);
  lag.applied(base + 1);
  lag.told(base + 2, sentMs);
  expect(lag.ms()).toBe(20);
  lag.applied(base + 2);
  lag.told(base + 3, 0);
  clock.advance(30);
  expect(lag.ms()).toBe(30);
});

test('wall clocks, that of the leader or ours, may be far apart and jump', () => {
  const hourMs = 3_600_000;
  let next = base;
  for (const leaderMs of [hourMs, -hourMs, 720 * hourMs]) {
    lag.told((next += 1), nowMs() + leaderMs);
    for (const ownMs of [-2 * hourMs, hourMs]) {
      clock.stepWall(ownMs);
      clock.advance(10);
    }
    expect(lag.ms()).toBe(20);
    lag.applied(next);
  }
});

test('the clock of another leader is not compared with that of the one before', () => {
  lag.told(base + 1, nowMs());
  lag.forget();
  clock.advance(10_000);
  lag.told(base + 2, nowMs() - 3_000);
  expect(lag.ms()).toBe(0);
});

test('of terms that ended meanwhile only the leader’s own is counted', () => {
  lag.told(indexOf(5, 12), nowMs());
  expect(lag.records(base + 7)).toBe(12);
  expect(lag.records(indexOf(6, 0))).toBe(0);
});

test('a long lag is never told too short, whatever comes', () => {
  lag.told(base + 1, nowMs());
  for (let at = 2; at < 2_000; at += 1) {
    clock.advance(1);
    lag.told(base + at, nowMs());
  }
  expect(lag.ms()).toBe(1_998);
  lag.applied(base + 1_000);
  expect(lag.ms()).toBeGreaterThanOrEqual(1_998 - 999);
});
