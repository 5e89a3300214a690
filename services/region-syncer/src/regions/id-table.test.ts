import { integer, seededRng } from '@syncline/runtime/rng.ts';
import { expect, test } from 'vitest';
import { IdTable } from './id-table.ts';
import { absent, Slots } from './slots.ts';
import { halves } from './uint64.ts';

test('behaves as a Map of ids under random adding and removing', () => {
  const rng = seededRng(2);
  const slots = new Slots();
  const ids = new IdTable(slots);
  const model = new Map<bigint, number>();
  for (let step = 0; step < 100_000; step++) {
    // Half of the ids differ in their upper half only.
    const id = rng.next() < 0.5 ? BigInt(integer(rng, 9000)) : (BigInt(integer(rng, 40)) << 32n) | 7n;
    const known = model.get(id);
    expect(ids.find(...halves(id))).toBe(known ?? absent);
    if (known === undefined) {
      const slot = slots.take(...halves(id));
      ids.add(slot);
      model.set(id, slot);
    } else if (rng.next() < 0.6) {
      ids.remove(known);
      slots.free(known);
      model.delete(id);
    }
  }
  expect(ids.size).toBe(model.size);
  for (const [id, slot] of model) expect(ids.find(...halves(id)), String(id)).toBe(slot);
});

test('both ends of uint64 are ids', () => {
  const slots = new Slots();
  const ids = new IdTable(slots);
  const all = [0n, 1n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];
  for (const id of all) ids.add(slots.take(...halves(id)));
  expect(all.map((id) => ids.find(...halves(id)))).toEqual(all.map((_, i) => i));
});
