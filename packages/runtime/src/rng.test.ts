import fc from 'fast-check';
import { expect, test } from 'vitest';
import { integer, pick, seededRng } from './rng.ts';

test('a seed gives the same numbers again, and another seed others', () => {
  const draw = (seed: number) => {
    const rng = seededRng(seed);
    return Array.from({ length: 20 }, () => rng.next());
  };
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
});

test('every whole number below the bound comes up, and none outside', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 8 }), (seed, bound) => {
      const rng = seededRng(seed);
      const drawn = new Set(Array.from({ length: 400 }, () => integer(rng, bound)));
      expect(drawn).toEqual(new Set(Array.from({ length: bound }, (_, n) => n)));
    }),
  );
});

test('picking from nothing is an error', () => {
  expect(pick(seededRng(1), ['only'])).toBe('only');
  expect(() => pick(seededRng(1), [])).toThrow(RangeError);
});
