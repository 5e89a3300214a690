// The tree against the plain model, over random sequences of all that can happen to it.
import { seededRng } from '@syncline/runtime/rng.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RegionLoad } from './region-load.ts';
import { anyStep, reportsOf, type Step } from './region-steps.fixture.ts';
import { RegionTree } from './region-tree.ts';
import {
  anyKey,
  blockOf,
  blocksOf,
  finished,
  type ModelRegion,
  put,
  RegionModel,
  removedIds,
  runOfModels,
  shuffled,
  smallLimits,
  viewOfSlot,
} from './regions.fixture.ts';
import { absent } from './slots.ts';
import { halves } from './uint64.ts';

/** Two that are told the same. `isJudged`: what PD's rules refuse is not put. */
class Pair {
  readonly tree: RegionTree = new RegionTree(smallLimits);
  readonly model: RegionModel = new RegionModel();
  index = 0;
  readonly #isJudged: boolean;

  constructor(isJudged: boolean) {
    this.#isJudged = isJudged;
  }

  take(step: Step): void {
    if (step.kind === 'remove') this.#remove(step.pick);
    for (const region of reportsOf(step, this.model.regions)) {
      this.#put(region, step.kind === 'put' ? step.term : 0);
    }
  }

  #put(region: ModelRegion, term: number): void {
    const { bytes, fields } = blockOf(region);
    const verdict = this.tree.check(bytes, fields, term, 0);
    expect(verdict === 'accepted').toBe(this.model.accepts(region, term));
    expect(this.tree.conflict === absent).toBe(verdict === 'accepted');
    if (this.#isJudged && verdict !== 'accepted') return;
    put(this.tree, region, this.index++, term);
    expect(new Set(removedIds(this.tree))).toEqual(new Set(this.model.put(region, term)));
  }

  #remove(pick: number): void {
    const { regions } = this.model;
    const id = regions.length === 0 ? 7n : (regions[pick % regions.length] as ModelRegion).id;
    expect(this.tree.remove(...halves(id), this.index++)).toBe(this.model.remove(id));
  }
}

function expectSame(tree: RegionTree, model: RegionModel): void {
  expect(tree.size).toBe(model.regions.length);
  expect(blocksOf(tree)).toEqual(model.regions.map((region) => blockOf(region).bytes));
  for (const region of model.regions) {
    expect(viewOfSlot(tree, tree.find(...halves(region.id)))).toEqual(blockOf(region).bytes);
  }
  expect(tree.arena.liveBytes).toBe(runOfModels(model.regions).length);
}

test.each([true, false])('a tree is what PD makes of the same regions (judged: %s)', (isJudged) => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 120 }), (steps) => {
      const pair = new Pair(isJudged);
      for (const step of steps) pair.take(step);
      expectSame(pair.tree, pair.model);
    }),
    { numRuns: 1_000 },
  );
});

test('a digest tells nothing of how the regions came to be what they are', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 60 }), fc.nat(), (steps, seed) => {
      const pair = new Pair(false);
      for (const step of steps) pair.take(step);
      const other = new RegionLoad(smallLimits);
      const run = runOfModels(
        shuffled(seededRng(seed), pair.model.regions).map((region) => ({ ...region, load: 5n })),
      );
      other.append(run, 0, run.length);
      const loaded = finished(other.finish(0, 'refuse'));
      expect(loaded.digest.equals(pair.tree.digest)).toBe(true);
      expect(loaded.digest.total).toBe(pair.tree.digest.total);
    }),
    { numRuns: 500 },
  );
});

test('keys are found as in the plain list', () => {
  const anyRange = fc.record({ start: anyKey, end: anyKey, limit: fc.integer({ min: 1, max: 4 }) });
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 60 }), fc.array(anyRange), (steps, ranges) => {
      const pair = new Pair(false);
      for (const step of steps) pair.take(step);
      const { tree, model } = pair;
      const block = (slot: number) => (slot === absent ? undefined : viewOfSlot(tree, slot));
      const blockAt = (at: number) => model.regions[at] && blockOf(model.regions[at]).bytes;
      for (const { start, end, limit } of ranges) {
        const known = model.search(start);
        expect(block(tree.search(start))).toEqual(known && blockOf(known).bytes);
        const floor = model.regions.findLastIndex((region) => Buffer.compare(region.start, start) <= 0);
        expect(block(tree.floor(start))).toEqual(blockAt(floor));
        if (floor >= 0) expect(block(tree.previous(tree.floor(start)))).toEqual(blockAt(floor - 1));
        const seen: (Uint8Array | undefined)[] = [];
        const count = tree.scan(start, end, limit, (slot) => seen.push(block(slot)));
        const scanned = model.regions.filter((region) => overlapsKeys(region, start, end)).slice(0, limit);
        expect(seen).toEqual(scanned.map((region) => blockOf(region).bytes));
        expect(count).toBe(scanned.length);
      }
    }),
    { numRuns: 300 },
  );
});

function overlapsKeys(region: ModelRegion, start: Buffer, end: Buffer): boolean {
  const endsBehind = region.end.length === 0 || Buffer.compare(region.end, start) > 0;
  return endsBehind && (end.length === 0 || Buffer.compare(region.start, end) < 0);
}
