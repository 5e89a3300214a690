import { integer, seededRng } from '@syncline/runtime/rng.ts';
import { expect, test } from 'vitest';
import { RegionTree } from './region-tree.ts';
import { blockOf, blocksOf, type ModelRegion, put } from './regions.fixture.ts';

const pageBytes = 4096;
const limits = { pageBytes, sparePages: 2, tombstones: 10 };
/** Dead pages that are never worth a sweep, those of one sweep, the last one, and spare ones. */
const fewPages = 12 * pageBytes;
const count = 1500;

const key = (i: number) => Buffer.from(i === 0 || i === count ? '' : String(i).padStart(20, '0'));

/** Its block is of another length for another load. */
function region(i: number, load: number): ModelRegion {
  return {
    id: BigInt(i + 1),
    start: key(i),
    end: key(i + 1),
    confVer: 1n,
    version: 1n,
    leader: 1n,
    load: BigInt(load),
  };
}

class Churn {
  readonly tree: RegionTree = new RegionTree(limits);
  readonly #rng = seededRng(12);
  readonly #loads: number[] = Array.from({ length: count }, () => 0);
  #index = 0;

  constructor() {
    for (let i = 0; i < count; i++) put(this.tree, region(i, 0), this.#index++);
  }

  /** Regions report a load that grows and shrinks; the first ones do so more often. Calls `visit` after each. */
  run(reports: number, visit: () => void): void {
    for (let report = 0; report < reports; report++) {
      const i = Math.floor(count * this.#rng.next() ** 2);
      const load = 2 ** (7 * integer(this.#rng, 7));
      this.#loads[i] = load;
      put(this.tree, region(i, load), this.#index++);
      visit();
    }
  }

  expectAll(): void {
    expect(blocksOf(this.tree)).toEqual(this.#loads.map((load, i) => blockOf(region(i, load)).bytes));
  }
}

test('under reports that never end the pages hold twice the live bytes and a few pages more', () => {
  const churn = new Churn();
  const { arena } = churn.tree;
  churn.run(60_000, () => expect(arena.heldBytes).toBeLessThan(2 * arena.liveBytes + fewPages));
  churn.expectAll();
});

test('a capture that stays open costs one more copy, however long it does', () => {
  const churn = new Churn();
  const { arena } = churn.tree;
  churn.run(5_000, () => undefined);
  const held = arena.heldBytes;
  const capture = churn.tree.capture();
  churn.run(60_000, () => expect(arena.heldBytes).toBeLessThan(held + 2 * arena.liveBytes + fewPages));
  capture[Symbol.dispose]();
  churn.run(10_000, () => undefined);
  expect(arena.heldBytes).toBeLessThan(2 * arena.liveBytes + fewPages);
  churn.expectAll();
});
