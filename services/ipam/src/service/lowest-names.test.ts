import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lowestNames } from './lowest-names.ts';

test('they are those that sorting all would give', () => {
  const lists = fc.array(fc.array(fc.string({ maxLength: 2, unit: fc.constantFrom('a', 'b', 'c', 'd') })));
  fc.assert(
    fc.property(
      lists,
      fc.constantFrom('', 'a', 'bb'),
      fc.integer({ min: 1, max: 5 }),
      (given, from, count) => {
        const all = [...new Set(given.flat())].filter((name) => name >= from).sort();
        expect(lowestNames(given, from, count)).toEqual(all.slice(0, count));
      },
    ),
  );
});
