import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { watchInterval } from './watch-interval.ts';

test('an interval within its bounds is taken, and 0 is a second', () => {
  expect([0, 100, 2_500, 60_000].map(watchInterval)).toEqual([1_000, 100, 2_500, 60_000]);
});

test.each([1, 99, 60_001])('%i is out of bounds', (intervalMs) => {
  expect(() => watchInterval(intervalMs)).toThrow(
    expect.objectContaining({
      code: Status.INVALID_ARGUMENT,
      details: `interval_ms ${intervalMs}: expected 100 to 60000, or 0 for 1000`,
    }),
  );
});
