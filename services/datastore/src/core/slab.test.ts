import { integer, seededRng } from '@syncline/runtime/rng.ts';
import { expect, test } from 'vitest';
import { Slab } from './slab.ts';

test('every block keeps its bytes while others come and go', () => {
  const rng = seededRng(3);
  const slab = new Slab();
  const held = new Map<number, Uint8Array>();
  for (let step = 0; step < 30_000; step++) {
    const length = rng.next() < 0.01 ? integer(rng, 200_000) : integer(rng, 200);
    const value = new Uint8Array(length).fill(integer(rng, 256));
    const block = slab.store(value, 0, length);
    expect(held.has(block)).toBe(false);
    held.set(block, value);
    if (held.size > 500) {
      const [gone, bytes] = [...held][integer(rng, held.size)] as [number, Uint8Array];
      expect(slab.equals(gone, bytes.length, bytes, 0, bytes.length)).toBe(true);
      slab.free(gone, bytes.length);
      held.delete(gone);
    }
  }
  let bytesHeld = 0;
  for (const [block, value] of held) {
    expect(slab.equals(block, value.length, value, 0, value.length)).toBe(true);
    bytesHeld += value.length;
  }
  expect(slab.usedBytes).toBe(bytesHeld);
});

test('a value that grows and shrinks for ever does not grow the slab', () => {
  const slab = new Slab();
  const blocks = new Set<number>();
  for (let round = 0; round < 10_000; round++) {
    const length = 1 + (round % 60);
    const block = slab.store(new Uint8Array(length), 0, length);
    blocks.add(block);
    slab.free(block, length);
  }
  expect(blocks.size).toBeLessThan(10);
});
