import { expect, test } from 'vitest';
import { readIdentifier } from './identifier.ts';

test('an identifier is a whole number up to the bound', () => {
  expect(['1', '7', '10000'].map((text) => readIdentifier(text, 10_000))).toEqual([1, 7, 10_000]);
});

test.each(['', '0', '-1', '+1', '8', '1.5', '0x1', ' 1', '01', '1e0', 'one', '99999999999'])(
  'of a stream with 7 targets %j is none',
  (text) => {
    expect(readIdentifier(text, 7)).toBeUndefined();
  },
);
