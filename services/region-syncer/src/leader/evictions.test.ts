import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { Evictions } from './evictions.ts';

const limits = { most: 2, windowMs: 60_000, names: 2 };

test('a name is evicted as often as is allowed, and then waits for the oldest to be forgotten', () => {
  const clock = new VirtualClock();
  const evictions = new Evictions(limits, clock);
  expect(evictions.evict('f')).toBe(0);
  clock.advance(10_000);
  expect(evictions.evict('f')).toBe(0);
  clock.advance(20_000);
  expect(evictions.evict('f')).toBe(30_000);
  expect(evictions.evict('g')).toBe(0);
  clock.advance(30_000);
  expect(evictions.evict('f')).toBe(0);
  expect(evictions.evict('f')).toBe(10_000);
});

test('so many names are remembered, those that were evicted last', () => {
  const evictions = new Evictions({ ...limits, most: 1 }, new VirtualClock());
  for (const name of ['a', 'b', 'c']) evictions.evict(name);
  expect([evictions.evict('c') > 0, evictions.evict('b') > 0, evictions.evict('a')]).toEqual([true, true, 0]);
});
