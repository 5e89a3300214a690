import { expect, test } from 'vitest';
import { Tombstones } from './tombstones.ts';

function since(tombstones: Tombstones, index: number): number[] {
  const ids: number[] = [];
  tombstones.each(index, (lo) => ids.push(lo));
  return ids;
}

test('the last ones are kept, and the floor rises past what was forgotten', () => {
  const tombstones = new Tombstones(3000, 100);
  expect(tombstones.floor).toBe(100);
  for (let i = 0; i < 3000; i++) tombstones.add(i, 0, 200 + i);
  expect(tombstones.floor).toBe(100);
  expect(since(tombstones, 3197)).toEqual([2999, 2998, 2997]);
  expect(since(tombstones, 0).length).toBe(3000);
  tombstones.add(3000, 0, 3200);
  expect(tombstones.floor).toBe(201);
  expect(since(tombstones, 201).length).toBe(3000);
  for (let i = 0; i < 10_000; i++) tombstones.add(i, 0, 4000 + i);
  expect(since(tombstones, tombstones.floor).length).toBe(3000);
  expect(tombstones.floor).toBe(4000 + 7000);
});

test('regions that one record removed are forgotten together', () => {
  const tombstones = new Tombstones(2, 0);
  for (const id of [1, 2, 3]) tombstones.add(id, 0, 7);
  expect(tombstones.floor).toBe(8);
  expect(since(tombstones, 8)).toEqual([]);
});

test('none are kept when none are allowed', () => {
  const tombstones = new Tombstones(0, 0);
  tombstones.add(1, 0, 5);
  expect(tombstones.floor).toBe(6);
  expect(since(tombstones, 0)).toEqual([]);
});
