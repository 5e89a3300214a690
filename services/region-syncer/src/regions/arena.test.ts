import { integer, pick, seededRng } from '@syncline/runtime/rng.ts';
import { expect, test } from 'vitest';
import { Arena } from './arena.ts';

const limits = { pageBytes: 256, sparePages: 2 };

interface Held {
  readonly page: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

function append(arena: Arena, bytes: Uint8Array): Held {
  arena.append(bytes, 0, bytes.length);
  return { page: arena.lastPage, offset: arena.lastOffset, bytes };
}

const read = (arena: Arena, { page, offset, bytes }: Held) =>
  new Uint8Array(arena.bytes(page).subarray(offset, offset + bytes.length));

test('blocks keep their bytes while others come and go, and their bytes are counted', () => {
  const rng = seededRng(5);
  const arena = new Arena(limits);
  let held: Held[] = [];
  for (let step = 0; step < 20_000; step++) {
    const length = rng.next() < 0.02 ? 300 + integer(rng, 900) : 1 + integer(rng, 90);
    held.push(append(arena, new Uint8Array(length).fill(integer(rng, 256))));
    if (held.length > 60) {
      const gone = pick(rng, held);
      expect(read(arena, gone)).toEqual(gone.bytes);
      arena.release(gone.page, gone.bytes.length);
      held = held.filter((each) => each !== gone);
    }
    const live = held.reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(arena.liveBytes).toBe(live);
  }
  for (const each of held) expect(read(arena, each)).toEqual(each.bytes);
});

test('pages that are empty are used again, and only so many of them are kept', () => {
  const arena = new Arena(limits);
  const blocks = Array.from({ length: 100 }, () => append(arena, new Uint8Array(200)));
  expect(arena.heldBytes).toBe(100 * limits.pageBytes);
  for (const { page } of blocks) arena.release(page, 200);
  // One page is appended to, and counts as having blocks.
  expect([arena.liveBytes, arena.wastedBytes]).toEqual([0, limits.pageBytes]);
  expect(arena.heldBytes).toBe((limits.sparePages + 1) * limits.pageBytes);
  for (let round = 0; round < 1000; round++) arena.release(append(arena, new Uint8Array(200)).page, 200);
  expect(arena.heldBytes).toBe((limits.sparePages + 1) * limits.pageBytes);
});

test('a run that is longer than a page has one of its own length, which goes with it', () => {
  const arena = new Arena(limits);
  const small = append(arena, new Uint8Array(10));
  const large = append(arena, new Uint8Array(1000).fill(3));
  const next = append(arena, new Uint8Array(10));
  expect(next.page).toBe(small.page);
  expect(arena.bytes(large.page).length).toBe(1000);
  expect(read(arena, large)).toEqual(large.bytes);
  arena.release(large.page, 1000);
  expect(arena.heldBytes).toBe(limits.pageBytes);
});

test('a pinned page is not used again before it is unpinned as often', () => {
  const arena = new Arena({ pageBytes: 256, sparePages: 0 });
  const block = append(arena, new Uint8Array(200).fill(1));
  arena.pin(block.page);
  arena.pin(block.page);
  arena.release(block.page, 200);
  append(arena, new Uint8Array(200).fill(2));
  expect(read(arena, block)).toEqual(block.bytes);
  arena.unpin(block.page);
  append(arena, new Uint8Array(200).fill(3));
  expect(read(arena, block)).toEqual(block.bytes);
  expect(arena.heldBytes).toBe(3 * 256);
  arena.unpin(block.page);
  expect(arena.heldBytes).toBe(2 * 256);
});

test('what was there when a page was pinned is not to be written over, what came later may', () => {
  const arena = new Arena(limits);
  const before = append(arena, new Uint8Array(20));
  expect(arena.isOverwritable(before.page, before.offset)).toBe(true);
  arena.pin(before.page);
  const after = append(arena, new Uint8Array(20));
  expect(arena.isOverwritable(before.page, before.offset)).toBe(false);
  expect(arena.isOverwritable(after.page, after.offset)).toBe(true);
  arena.unpin(before.page);
  expect(arena.isOverwritable(before.page, before.offset)).toBe(true);
});

test('the sparsest pages are marked: not pinned ones, not the last one, none that is more than half live', () => {
  const arena = new Arena({ pageBytes: 100, sparePages: 0 });
  const pages = Array.from({ length: 5 }, () => {
    const { page } = append(arena, new Uint8Array(60));
    append(arena, new Uint8Array(40));
    return page;
  });
  const [half, pinned, sparse, sparser, last] = pages as [number, number, number, number, number];
  arena.release(half, 49);
  arena.release(pinned, 60);
  arena.release(sparse, 60);
  arena.release(sparser, 70);
  arena.release(last, 60);
  arena.pin(pinned);
  expect(arena.markSparse(1)).toBe(1);
  expect(pages.filter((page) => arena.isSparse(page))).toEqual([sparser]);
  expect(arena.markSparse(9)).toBe(2);
  expect(pages.filter((page) => arena.isSparse(page))).toEqual([sparse, sparser]);
  arena.release(sparse, 40);
  expect(arena.isSparse(sparse)).toBe(false);
});
