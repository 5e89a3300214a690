import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { RecordTimes } from './record-times.ts';

test('a record is as old as the commit that it came with', () => {
  const clock = new VirtualClock();
  const times = new RecordTimes(100, clock);
  times.note(10);
  clock.advance(50);
  times.note(20);
  clock.advance(5);
  expect([9, 10, 19, 20].map((index) => times.ageMs(index))).toEqual([55, 5, 5, 0]);
});

test('what was forgotten counts as being as old as the oldest that is known', () => {
  const clock = new VirtualClock();
  const times = new RecordTimes(4, clock);
  for (let end = 1; end <= 5; end += 1) {
    times.note(end);
    clock.advance(10);
  }
  expect([times.ageMs(0), times.ageMs(4)]).toEqual([30, 10]);
});
