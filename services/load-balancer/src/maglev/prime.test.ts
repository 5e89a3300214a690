import { expect, test } from 'vitest';
import { tableSize } from './prime.ts';

test('a table has the largest prime of slots that is at most 100 for each target', () => {
  expect([1, 2, 10, 100, 1_000].map(tableSize)).toEqual([97, 199, 997, 9_973, 99_991]);
});

test('a table stays below 994,009 slots, whatever max-targets is', () => {
  expect([9_940, 9_941, 10_000, 1_000_000].map(tableSize)).toEqual([993_997, 993_997, 993_997, 993_997]);
});

test.each([0, -1, 1.5, Number.NaN])('max-targets %s is refused by name and value', (maxTargets) => {
  expect(() => tableSize(maxTargets)).toThrow(`max-targets must be a whole number from 1, not ${maxTargets}`);
});
