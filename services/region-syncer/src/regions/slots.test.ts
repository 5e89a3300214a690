import { expect, test } from 'vitest';
import { Slots } from './slots.ts';

test('slots that were given back are taken again before new ones', () => {
  const slots = new Slots();
  const taken = Array.from({ length: 40_000 }, (_, id) => {
    const slot = slots.take(id, 0);
    slots.setPlace(slot, 1, 0, 10);
    return slot;
  });
  expect(new Set(taken).size).toBe(40_000);
  for (let slot = 0; slot < 40_000; slot += 2) slots.free(slot);
  expect(taken.filter((slot) => slots.isUsed(slot)).length).toBe(20_000);
  const again = new Set(Array.from({ length: 20_000 }, () => slots.take(5, 5)));
  expect([...again].every((slot) => slot % 2 === 0)).toBe(true);
  expect(again.size).toBe(20_000);
  expect(slots.bound).toBe(40_000);
  expect(slots.idLo(39_999)).toBe(39_999);
});
