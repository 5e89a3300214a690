import { FailpointError } from '@syncline/runtime/failpoint.ts';
import { expect, test } from 'vitest';
import { LeafStore } from './leaf-store.ts';
import { Slab } from './slab.ts';
import { Spill } from './spill.ts';
import { onDisk, Window } from './window.ts';

function setup() {
  const store = new LeafStore(':memory:');
  const slab = new Slab();
  const disk: { refuses: boolean; error?: Error } = { refuses: false };
  const spill = new Spill(store, slab, (point) => {
    if (disk.refuses) throw disk.error ?? new FailpointError(point, 'the disk refuses');
  });
  const filled = (leaves: number) => {
    const window = new Window('replace', 1, slab);
    for (let leaf = 0; leaf < leaves; leaf++) window.set(leaf, Buffer.of(leaf), 0, 1, 0, 0, 0);
    return window;
  };
  return { store, slab, disk, spill, filled };
}

test('values go to disk in the order of their rows, and leave the memory', () => {
  const { store, slab, spill, filled } = setup();
  using _ = store;
  const window = filled(3);
  expect(spill.spill(window)).toBe(undefined);
  expect([window.bytes, window.spilled, window.block[2], slab.usedBytes]).toEqual([0, 3, onDisk, 0]);
  expect(store.staged(spill.number(window), 1).map(({ row, value }) => [row, value[0]])).toEqual([
    [1, 1],
    [2, 2],
  ]);
});

test('what the disk does not take stays in memory', () => {
  const { store, slab, disk, spill, filled } = setup();
  using _ = store;
  disk.refuses = true;
  const window = filled(3);
  expect(spill.spill(window)?.message).toContain('the disk refuses');
  expect([window.bytes, window.spilled, slab.usedBytes]).toEqual([3, 0, 3]);
});

test('what the disk does not delete is deleted with the next window', () => {
  const { store, disk, spill, filled } = setup();
  using _ = store;
  const [first, second] = [filled(2), filled(3)];
  spill.spill(first);
  spill.spill(second);
  const numbers = [spill.number(first), spill.number(second)];
  const staged = () => numbers.map((number) => store.staged(number, 0).length);
  disk.refuses = true;
  spill.drop(first);
  expect([staged(), spill.number(first)]).toEqual([[2, 3], 0]);
  disk.refuses = false;
  spill.drop(second);
  expect(staged()).toEqual([0, 0]);
});

test('what no other attempt would mend is thrown, when values are written and when they are deleted', () => {
  const { store, disk, spill, filled } = setup();
  using _ = store;
  const window = filled(3);
  spill.spill(window);
  disk.error = Object.assign(new Error('database disk image is malformed'), { code: 'SQLITE_CORRUPT' });
  disk.refuses = true;
  expect(() => spill.spill(filled(1))).toThrow('malformed (SQLITE_CORRUPT)');
  expect(() => spill.drop(window)).toThrow('malformed (SQLITE_CORRUPT)');
});
