import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { Retry } from './retry.ts';

/** The luck by which every delay is as long as it may be. */
const longest = { next: () => 0 };

test('delays double to the longest, and start over when another thing is wanted', () => {
  const clock = new VirtualClock();
  const retry = new Retry({ initialMs: 200, maxMs: 1_000 }, clock, longest);
  const delays: number[] = [];
  const fail = () => {
    retry.failed();
    delays.push(retry.atMs - clock.monotonic());
    clock.advance(delays.at(-1) ?? 0);
  };
  for (let times = 4; times > 0; times -= 1) fail();
  retry.reset();
  expect(retry.atMs).toBeLessThanOrEqual(clock.monotonic());
  fail();
  expect(delays).toEqual([200, 400, 800, 1_000, 200]);
});

test('all of a delay is chance', () => {
  const clock = new VirtualClock();
  const retry = new Retry({ initialMs: 200, maxMs: 1_000 }, clock, { next: () => 0.75 });
  retry.failed();
  expect(retry.atMs).toBe(50);
});
