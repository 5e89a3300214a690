import { expect, test } from 'vitest';
import { ChangeRing } from './change-ring.ts';

const entries = (ring: ChangeRing) =>
  Array.from({ length: ring.head - ring.tail }, (_, i) => {
    const position = ring.tail + 1 + i;
    return [position, ring.leaf(position), ring.swallowed(position)];
  });

test('the newest entries are there, the oldest are overwritten', () => {
  const ring = new ChangeRing(4);
  for (let leaf = 1; leaf <= 6; leaf++) ring.append(leaf, leaf * 10);
  expect(entries(ring)).toEqual([3, 4, 5, 6].map((it) => [it, it, it * 10]));
});

test('growing keeps every entry at its position, wherever the ring has wrapped', () => {
  const ring = new ChangeRing(4);
  for (let leaf = 1; leaf <= 6; leaf++) ring.append(leaf, 0);
  ring.grow(5);
  expect(ring.capacity).toBe(8);
  for (let leaf = 7; leaf <= 9; leaf++) ring.append(leaf, 0);
  expect(entries(ring).slice(-7)).toEqual([3, 4, 5, 6, 7, 8, 9].map((it) => [it, it, 0]));
});
