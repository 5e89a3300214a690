import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RegionFields, readBlock } from '../wire/region-fields.ts';
import { RegionLoad } from './region-load.ts';
import { anyStep, reportsOf, type Step } from './region-steps.fixture.ts';
import { type RegionDelta, type RegionLimits, RegionTree } from './region-tree.ts';
import { blocksOf, finished, type ModelRegion, put, RegionModel, smallLimits } from './regions.fixture.ts';
import { halves, joined } from './uint64.ts';

/** A tree that is told some steps, and another one that is told the same until it stops listening. */
class Leader {
  readonly tree: RegionTree;
  readonly model: RegionModel = new RegionModel();
  next = 0;

  constructor(limits: RegionLimits) {
    this.tree = new RegionTree(limits);
  }

  take(steps: readonly Step[], follower?: RegionTree): void {
    for (const step of steps) {
      for (const region of reportsOf(step, this.model.regions)) {
        put(this.tree, region, this.next);
        if (follower) put(follower, region, this.next);
        this.model.put(region, 0);
        this.next++;
      }
      if (step.kind === 'remove') this.#remove(step.pick, follower);
    }
  }

  #remove(pick: number, follower?: RegionTree): void {
    const { regions } = this.model;
    if (regions.length === 0) return;
    const { id } = regions[pick % regions.length] as ModelRegion;
    this.model.remove(id);
    this.tree.remove(...halves(id), this.next);
    follower?.remove(...halves(id), this.next);
    this.next++;
  }
}

/** Does as whoever is told a delta. */
function apply(delta: RegionDelta, to: RegionTree, next: number): void {
  for (let i = 0; i < delta.removed.length; i++) to.remove(delta.removed.lo(i), delta.removed.hi(i), next);
  const fields = new RegionFields();
  while (delta.capture.next(500, 3) > 0) {
    const run = new Uint8Array(delta.capture.runBytes);
    delta.capture.fill(run, 0);
    for (let at = 0; at < run.length; ) {
      const end = readBlock(run, at, run.length, fields);
      to.put(run, at, end, fields, next);
      at = end;
    }
  }
  delta.capture[Symbol.dispose]();
}

test('a delta makes of an older state the present one, or is refused', () => {
  const anySteps = fc.array(anyStep, { maxLength: 60 });
  fc.assert(
    fc.property(anySteps, anySteps, fc.constantFrom(0, 4, 1000), (before, after, tombstones) => {
      const leader = new Leader({ ...smallLimits, tombstones });
      const follower = new RegionTree(smallLimits);
      leader.take(before, follower);
      const from = leader.next;
      leader.take(after);
      if (from < leader.tree.deltaFloor) {
        expect(tombstones).toBeLessThan(1000);
        expect(() => leader.tree.captureSince(from)).toThrow(RangeError);
        return;
      }
      apply(leader.tree.captureSince(from), follower, leader.next);
      expect(blocksOf(follower)).toEqual(blocksOf(leader.tree));
      expect(follower.digest.equals(leader.tree.digest)).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

test('a delta has the regions in the order of their records, across terms', () => {
  const tree = new RegionTree(smallLimits);
  const letters = [...Buffer.from('qwertzuiopasdfghjklyxcvbnm')];
  const indexOf = (i: number) => (i < 10 ? 2 ** 36 : 7 * 2 ** 36) + i * 70_000;
  for (const [i, letter] of letters.entries()) {
    const keys = { start: Buffer.from([letter]), end: Buffer.from([letter + 1]) };
    put(tree, { id: BigInt(letter), ...keys, confVer: 1n, version: 1n, leader: 1n, load: 0n }, indexOf(i));
  }
  const { capture, removed } = tree.captureSince(indexOf(4));
  const fields = new RegionFields();
  const ids: bigint[] = [];
  while (capture.next(1, 1) > 0) {
    const block = new Uint8Array(capture.runBytes);
    capture.fill(block, 0);
    readBlock(block, 0, block.length, fields);
    ids.push(joined(fields.idLo, fields.idHi));
  }
  expect(ids).toEqual(letters.slice(4).map(BigInt));
  expect(removed.length).toBe(0);
});

test('a region that has gone and come back is not among the removed ones', () => {
  const tree = new RegionTree(smallLimits);
  const region = {
    start: Buffer.from('a'),
    end: Buffer.from('b'),
    confVer: 1n,
    version: 1n,
    leader: 1n,
    load: 0n,
  };
  for (const id of [5n, 2n ** 64n - 1n, 5n]) put(tree, { ...region, id }, tree.size + 1);
  const { capture, removed } = tree.captureSince(0);
  expect(capture.count).toBe(1);
  expect([removed.length, joined(removed.lo(0), removed.hi(0))]).toEqual([1, 2n ** 64n - 1n]);
});

test('a delta below the floor is refused with both numbers', () => {
  const tree = finished(new RegionLoad(smallLimits).finish(50, 'refuse'));
  expect(() => tree.captureSince(49)).toThrow('captureSince: index 49 is below 50, the first that is known');
  expect(tree.captureSince(50).capture.count).toBe(0);
});
