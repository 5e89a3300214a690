import { parsePath } from '@syncline/gnmi/path-text.ts';
import { Encoding } from '@syncline/proto/gnmi.ts';
import { expect, test } from 'vitest';
import { Arrears, Tally } from './arrears.ts';
import { ChangeRing } from './change-ring.ts';
import { LeafTable, noPrefix } from './leaf-table.ts';
import { NotificationWriter } from './notification-writer.ts';
import { encodePath } from './path-wire.ts';
import { unframe } from './running.fixture.ts';

/** Leaves 0 to 9 of which nothing is present, a ring of eight entries, and one subscriber's arrears. */
function setup() {
  const leaves = new LeafTable(4096);
  for (let i = 0; i < 10; i++) {
    const path = encodePath(parsePath(`/${i}`));
    leaves.resolve(noPrefix, path, 0, path.length);
    const block = leaves.slab.store(Buffer.of(0x10, i), 0, 2);
    leaves.put(i, block, 2, 1);
  }
  const ring = new ChangeRing(8);
  const arrears = new Arrears(0, ring, leaves, new Tally());
  const writer = new NotificationWriter(leaves, Encoding.PROTO, '', 1000);
  const change = (leaf: number, swallowed = 0) => {
    leaves.changedAt[leaf] = ring.append(leaf, swallowed);
  };
  /** Leaf and duplicates of each update of one page of at least `bytes`. */
  const page = (bytes: number) => {
    arrears.pay(writer, bytes, () => true);
    return unframe(writer.take()).flatMap(({ response }) =>
      response?.$case === 'update'
        ? response.value.update.map(({ path, duplicates }) => [Number(path?.elem[0]?.name), duplicates])
        : [],
    );
  };
  return { arrears, ring, change, page };
}

test('each leaf is paid once, with the values that it had meanwhile', () => {
  const { arrears, change, page } = setup();
  change(1);
  change(2, 5);
  change(1, 2);
  expect(page(1000)).toEqual([
    [2, 5],
    [1, 3],
  ]);
  expect(arrears.settled).toBe(true);
});

test('a page that is full ends anywhere, and no count is lost', () => {
  const { arrears, change, page } = setup();
  for (const leaf of [1, 2, 1, 3, 2, 1]) change(leaf);
  const pages: number[][][] = [];
  while (!arrears.settled) pages.push(page(1));
  expect(pages).toEqual([[[3, 0]], [[2, 1]], [[1, 2]]]);
  expect(arrears.folded).toBe(0);
});

test('what was folded goes out at once, unless the ring has a later word on it', () => {
  const { arrears, ring, change, page } = setup();
  for (const leaf of [1, 2, 1]) change(leaf);
  arrears.fold(ring.head, () => true);
  expect(arrears.folded).toBe(2);
  change(2, 1);
  expect(page(1)).toEqual([[1, 1]]);
  expect(page(1)).toEqual([[2, 2]]);
  expect(arrears.settled).toBe(true);
});

test('what does not concern the subscriber is passed over', () => {
  const { arrears, ring, change } = setup();
  change(1);
  change(2);
  arrears.fold(ring.head, (leaf) => leaf === 2);
  expect(arrears.folded).toBe(1);
});
