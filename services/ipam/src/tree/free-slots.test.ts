import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FreeSlots } from './free-slots.ts';

test('the lowest free slot is taken, until there is none', () => {
  const free = new FreeSlots(1, 4, [2]);
  expect([free.take(), free.take(), free.take(), free.take()]).toEqual([1, 3, 4, undefined]);
  free.give(3);
  free.give(1);
  expect([free.take(), free.take(), free.take()]).toEqual([1, 3, undefined]);
});

test('a range that ends before it begins has no slot', () => {
  expect(new FreeSlots(1, 0).take()).toBeUndefined();
});

test.for([
  [[0], 'slot 0 is not one of 1 to 4'],
  [[5], 'slot 5 is not one of 1 to 4'],
  [[2.5], 'slot 2.5 is not one of 1 to 4'],
  [[3, 2, 3], 'slot 3 is taken twice'],
] as const)('slots %j cannot have been taken of 1 to 4', ([taken, problem]) => {
  expect(() => new FreeSlots(1, 4, taken)).toThrow(problem);
});

test('whatever is taken and given back, it is first fit', () => {
  const bound = 12;
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(bound)),
      fc.array(fc.option(fc.nat(bound)), { maxLength: 80 }),
      (taken, steps) => {
        const free = new FreeSlots(0, bound, taken);
        const used = new Set(taken);
        for (const step of steps) {
          if (step === null) {
            const lowest = Array.from({ length: bound + 1 }, (_, slot) => slot).find((s) => !used.has(s));
            expect(free.take()).toBe(lowest);
            if (lowest !== undefined) used.add(lowest);
          } else if (used.delete(step)) free.give(step);
        }
      },
    ),
  );
});

test('a hundred thousand slots given back at random are taken again in order', () => {
  const count = 100_000;
  const free = new FreeSlots(0, count - 1);
  for (let slot = 0; slot < count; slot++) free.take();
  // 7,919 has no divisor in common with the count: every slot has its turn.
  for (let turn = 0; turn < count; turn++) free.give((turn * 7919) % count);
  for (let slot = 0; slot < count; slot++) if (free.take() !== slot) expect.fail(`slot ${slot} is not next`);
  expect(free.take()).toBeUndefined();
});
