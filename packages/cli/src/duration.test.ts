import { expect, test } from 'vitest';
import { readDuration } from './duration.ts';

test('a duration has a unit', () => {
  expect(readDuration('250ms')).toBe(250);
  expect(readDuration('10m')).toBe(600_000);
  expect(() => readDuration('10')).toThrow('expected a duration such as 250ms or 5s');
});
