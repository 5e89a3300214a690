import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyAt, keySpaceEnd, shortestKey } from './key-space.ts';

const inside = fc.integer({ min: 1, max: keySpaceEnd - 1 });

test('keys are ordered as their positions are, at any length', () => {
  fc.assert(
    fc.property(inside, inside, fc.integer({ min: shortestKey, max: 200 }), (a, b, keyBytes) => {
      expect(Buffer.compare(keyAt(a, keyBytes), keyAt(b, keyBytes))).toBe(Math.sign(a - b));
    }),
  );
});

test('keys have the length asked for, and there is none at either end', () => {
  fc.assert(
    fc.property(inside, fc.integer({ min: shortestKey, max: 200 }), (position, keyBytes) => {
      expect(keyAt(position, keyBytes)).toHaveLength(keyBytes);
    }),
  );
  expect(keyAt(0, 64)).toHaveLength(0);
  expect(keyAt(keySpaceEnd, 64)).toHaveLength(0);
});
