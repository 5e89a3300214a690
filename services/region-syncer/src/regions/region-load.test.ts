import { WireError } from '@syncline/protobuf/wire-error.ts';
import { seededRng } from '@syncline/runtime/rng.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OverlapError, RegionLoad } from './region-load.ts';
import type { RegionTree } from './region-tree.ts';
import {
  anyRegion,
  blockOf,
  blocksOf,
  finished,
  type ModelRegion,
  put,
  RegionModel,
  runOfModels,
  shuffled,
  smallLimits,
} from './regions.fixture.ts';
import { halves } from './uint64.ts';

function region(id: number, start: string, end: string, version = 1n): ModelRegion {
  return {
    id: BigInt(id),
    start: Buffer.from(start),
    end: Buffer.from(end),
    confVer: 1n,
    version,
    leader: 1n,
    load: 0n,
  };
}

function load(runs: readonly ModelRegion[][]): RegionLoad {
  const loading = new RegionLoad(smallLimits);
  for (const regions of runs) {
    const run = Buffer.concat([Buffer.alloc(3), runOfModels(regions), Buffer.alloc(5)]);
    loading.append(run, 3, run.length - 5);
  }
  return loading;
}

/** Regions that cover all keys. */
function covering(count: number): ModelRegion[] {
  const key = (i: number) => (i === 0 || i === count ? '' : String(i).padStart(6, '0'));
  return Array.from({ length: count }, (_, i) => region(i + 1, key(i), key(i + 1)));
}

function sliced(regions: readonly ModelRegion[], length: number): ModelRegion[][] {
  const runs: ModelRegion[][] = [];
  for (let i = 0; i < regions.length; i += length) runs.push(regions.slice(i, i + length));
  return runs;
}

test('a snapshot makes the same tree whatever order it came in', () => {
  const regions = covering(3000);
  const sorted = finished(load(sliced(regions, 100)).finish(9, 'refuse'));
  const random = finished(load(sliced(shuffled(seededRng(3), regions), 7)).finish(9, 'refuse'));
  expect(blocksOf(sorted)).toEqual(regions.map((each) => blockOf(each).bytes));
  expect(blocksOf(random)).toEqual(blocksOf(sorted));
  expect(random.digest.equals(sorted.digest)).toBe(true);
  expect([sorted.size, sorted.deltaFloor]).toEqual([3000, 9]);
});

test('a tree from a snapshot takes puts like any other', () => {
  const tree = finished(load([covering(1000)]).finish(5, 'refuse'));
  put(tree, region(7, '000100', '000900', 9n), 5);
  expect(tree.size).toBe(200);
  expect(tree.index(tree.find(7, 0))).toBe(5);
  expect(tree.index(tree.find(1, 0))).toBeLessThan(0);
  expect(tree.captureSince(5).capture.count).toBe(1);
});

test('an id that comes again counts as it came last', () => {
  const loading = load([
    [region(1, 'a', 'b'), region(2, 'b', 'c')],
    [region(1, 'd', 'e')],
    [region(1, 'x', '')],
  ]);
  expect(loading.size).toBe(2);
  const tree = finished(loading.finish(0, 'refuse'));
  expect(blocksOf(tree)).toEqual(
    [region(2, 'b', 'c'), region(1, 'x', '')].map((each) => blockOf(each).bytes),
  );
  expect(tree.arena.liveBytes).toBe(runOfModels([region(2, 'b', 'c'), region(1, 'x', '')]).length);
});

test.each<[string, ModelRegion[], string]>([
  ['neighbours', [region(1, 'a', 'c'), region(2, 'b', 'd')], '1 and 2'],
  ['one that has all keys', [region(3, 'q', 'r'), region(1, '', ''), region(2, 'b', 'd')], '1 and 2'],
  ['one start', [region(2, 'b', 'c'), region(8, 'b', 'd')], '2 and 8'],
  ['one that is far before', [region(1, 'a', 'z'), region(2, 'z', ''), region(3, 'm', 'n')], '1 and 3'],
])('a leader of ours whose snapshot has an overlap is not believed: %s', (_, regions, ids) => {
  expect(() => finished(load([regions]).finish(0, 'refuse'))).toThrow(OverlapError);
  expect(() => finished(load([regions]).finish(0, 'refuse'))).toThrow(
    `the regions ${ids} of one snapshot overlap`,
  );
});

test('a foreign snapshot with overlaps is as if its regions were put one by one', () => {
  fc.assert(
    fc.property(fc.array(anyRegion, { maxLength: 60 }), (regions) => {
      const last = regions.filter((each, i) => regions.findLastIndex(({ id }) => id === each.id) === i);
      const model = new RegionModel();
      for (const each of last) model.put(each, 0);
      const tree: RegionTree = finished(load(sliced(regions, 4)).finish(0, 'later stays'));
      expect(blocksOf(tree)).toEqual(model.regions.map((each) => blockOf(each).bytes));
      for (const each of model.regions) expect(tree.index(tree.find(...halves(each.id)))).toBeLessThan(0);
      expect(tree.arena.liveBytes).toBe(runOfModels(model.regions).length);
    }),
    { numRuns: 1_000 },
  );
});

test('an empty snapshot makes an empty tree', () => {
  const tree = finished(new RegionLoad(smallLimits).finish(4, 'refuse'));
  expect([tree.size, tree.capture().count, tree.digest.total]).toEqual([0, 0, 0n]);
});

test('a run that is cut short is an error', () => {
  const { bytes } = blockOf(region(1, 'a', 'b'));
  expect(() => new RegionLoad(smallLimits).append(bytes, 0, bytes.length - 3)).toThrow(WireError);
});

test('many regions are ordered in many pieces, so that others have their turn', () => {
  const regions = shuffled(seededRng(6), covering(30_000));
  const steps = load(sliced(regions, 1000)).finish(0, 'refuse');
  let stops = 0;
  while (steps.next().done !== true) stops++;
  expect(stops).toBeGreaterThan(25);
});
