import { parsePath } from '@syncline/gnmi/path-text.ts';
import { expect, test } from 'vitest';
import { LeafTable, noPrefix } from './leaf-table.ts';
import { encodePath } from './path-wire.ts';
import { Reclaim } from './reclaim.ts';
import { Window } from './window.ts';

/** 2,000 leaves that nothing refers to, of which each changed last at the position of its number. */
function setup() {
  const leaves = new LeafTable(4096);
  const reclaim = new Reclaim(leaves);
  const learn = (text: string) => {
    const path = encodePath(parsePath(text));
    return leaves.resolve(noPrefix, path, 0, path.length);
  };
  for (let i = 0; i < 2000; i++) {
    const leaf = learn(`/l[k=${i}]`);
    leaves.changedAt[leaf] = i;
    reclaim.add(leaf);
  }
  return { leaves, reclaim, learn };
}

test('what went is forgotten, except where a subscriber or a window may need it', () => {
  const { leaves, reclaim } = setup();
  const window = new Window('merge', 1, leaves.slab);
  window.remove(7, 0, 0);
  leaves.put(8, leaves.slab.store(Buffer.of(0x10, 1), 0, 2), 2, 1);
  reclaim.run(
    () => 99,
    () => [window],
  );
  expect(leaves.paths.size).toBe(1900 + 2);
  expect([leaves.paths.length(7) > 0, leaves.paths.length(8) > 0]).toEqual([true, true]);
});

test('what is still needed is not looked at again until as many more have gone', () => {
  const { leaves, reclaim, learn } = setup();
  let looks = 0;
  const run = (needed: number) =>
    reclaim.run(
      () => {
        looks++;
        return needed;
      },
      () => [],
    );
  run(-1);
  for (let i = 0; i < 1999; i++) {
    reclaim.add(learn(`/m[k=${i}]`));
    run(-1);
  }
  expect(looks).toBe(1);
  reclaim.add(learn('/last'));
  run(Number.POSITIVE_INFINITY);
  expect([looks, leaves.paths.size]).toEqual([2, 0]);
});

test('an id that is forgotten serves another leaf, by its own path alone', () => {
  const { leaves, reclaim, learn } = setup();
  reclaim.run(
    () => Number.POSITIVE_INFINITY,
    () => [],
  );
  const leaf = learn('/other');
  expect(leaf).toBeLessThan(2000);
  expect(learn('/other')).toBe(leaf);
  expect([leaves.isPresent(leaf), leaves.changedAt[leaf]]).toEqual([false, 0]);
});
