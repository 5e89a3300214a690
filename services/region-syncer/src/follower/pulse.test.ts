import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { beforeEach, expect, test } from 'vitest';
import { Pulse } from './pulse.ts';

let clock: VirtualClock;
let busy: boolean;
let fired: number;
let pulse: Pulse;

beforeEach(() => {
  clock = new VirtualClock();
  busy = false;
  fired = 0;
  const due = () => void (fired += 1);
  pulse = new Pulse({ clock, silenceMs: 100, isBusy: () => busy, due });
});

test('silence is counted from what was heard last', () => {
  pulse.watch();
  clock.advance(80);
  pulse.watch();
  clock.advance(99);
  expect(fired).toBe(0);
  clock.advance(1);
  expect([fired, clock.pending]).toEqual([1, 0]);
});

test('frames that wait to be taken are no silence', () => {
  pulse.watch();
  busy = true;
  clock.advance(1_000);
  expect(fired).toBe(0);
  busy = false;
  clock.advance(100);
  expect(fired).toBe(1);
});

test('a wait takes the place of the watch, and is not prolonged by one', () => {
  pulse.watch();
  pulse.wait(30);
  pulse.watch();
  clock.advance(30);
  expect([fired, clock.pending]).toEqual([1, 0]);
});

test('nothing fires when it is cleared', () => {
  pulse.watch();
  pulse.clear();
  clock.advance(1_000);
  expect([fired, clock.pending]).toEqual([0, 0]);
});
