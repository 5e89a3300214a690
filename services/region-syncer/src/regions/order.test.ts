import { integer, seededRng } from '@syncline/runtime/rng.ts';
import { expect, test } from 'vitest';
import { Order } from './order.ts';
import { RegionTable } from './region-table.ts';
import { blockOf, shuffled, smallLimits } from './regions.fixture.ts';
import { absent } from './slots.ts';

const table = new RegionTable({ ...smallLimits, pageBytes: 1 << 20 });

/** A slot for each number, whose key is in the order of the number. */
const slots = Array.from({ length: 4000 }, (_, i) => {
  const start = Buffer.alloc(8);
  start.writeUInt32BE(i, 4);
  const { bytes, fields } = blockOf({
    id: BigInt(i),
    start,
    end: Buffer.alloc(0),
    confVer: 1n,
    version: 1n,
    leader: 1n,
    load: 0n,
  });
  return table.add(bytes, 0, bytes.length, fields);
});
const slotOf = (i: number) => slots[i] as number;

function inOrder(order: Order): number[] {
  const all = new Int32Array(order.size);
  order.copyTo(all);
  return [...all];
}

function seek(order: Order, slot: number): number {
  return order.seek(table.keys.view(slot), table.keys.start(slot), table.keys.startLength(slot));
}

test.each([0.5, 0.7, 0.3])(
  'behaves as a sorted list under random inserts and removals (%s inserts)',
  (inserts) => {
    const rng = seededRng(9);
    const order = new Order(table.keys);
    const model = new Set<number>();
    order.append(Int32Array.from(slots.filter((_, i) => i % 2 === 0)));
    for (let i = 0; i < slots.length; i += 2) model.add(i);
    for (let step = 0; step < 12_000; step++) {
      const i = integer(rng, slots.length);
      const floor = seek(order, slotOf(i));
      if (model.has(i)) {
        expect(floor).toBe(slotOf(i));
        if (rng.next() < inserts) continue;
        order.remove();
        model.delete(i);
      } else if (rng.next() < inserts) {
        expect(floor).not.toBe(slotOf(i));
        order.insert(slotOf(i));
        model.add(i);
      }
      if (step % 1000 === 0) expect(inOrder(order)).toEqual([...model].sort((a, b) => a - b).map(slotOf));
    }
    expect(inOrder(order)).toEqual([...model].sort((a, b) => a - b).map(slotOf));
    for (const i of model) {
      order.seekSlot(slotOf(i));
      order.remove();
    }
    expect(order.size).toBe(0);
    expect(order.step()).toBe(absent);
  },
);

test('the place is where the last change was: neighbours are read and taken out from there', () => {
  const order = new Order(table.keys);
  for (const slot of slots) {
    order.insert(slot);
    expect(order.next).toBe(absent);
  }
  order.seekSlot(slotOf(1000));
  expect([order.previous, order.next]).toEqual([slotOf(999), slotOf(1001)]);
  for (let i = 1001; i < 3000; i++) {
    expect(order.step()).toBe(slotOf(i));
    order.remove();
  }
  expect([order.previous, order.next]).toEqual([slotOf(999), slotOf(3000)]);
  for (let i = 1000; i >= 0; i--) order.remove();
  expect([order.previous, order.next]).toEqual([absent, slotOf(3000)]);
  expect(inOrder(order)).toEqual(slots.slice(3000));
});

test('rising keys fill their leaves, and so do pieces that are appended', () => {
  const rising = new Order(table.keys);
  for (const slot of slots) rising.insert(slot);
  expect(rising.leaves).toBe(Math.ceil(slots.length / 256));
  const pieces = new Order(table.keys);
  for (let i = 0; i < slots.length; i += 10) pieces.append(Int32Array.from(slots.slice(i, i + 10)));
  expect(inOrder(pieces)).toEqual(slots);
  expect(pieces.leaves).toBeLessThanOrEqual(Math.ceil(slots.length / 64));
});

test('leaves that have become sparse are joined, whatever is taken out first', () => {
  for (const taken of [slots, slots.toReversed(), shuffled(seededRng(2), slots)]) {
    const order = new Order(table.keys);
    order.append(Int32Array.from(slots));
    for (const slot of taken) {
      if (slot % 20 === 0) continue;
      order.seekSlot(slot);
      order.remove();
    }
    expect(inOrder(order)).toEqual(slots.filter((slot) => slot % 20 === 0));
    expect(order.leaves).toBeLessThanOrEqual(2 * Math.ceil(order.size / 129));
  }
});
