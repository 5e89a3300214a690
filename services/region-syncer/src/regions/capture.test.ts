import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Capture } from './capture.ts';
import { anyStep, reportsOf } from './region-steps.fixture.ts';
import { RegionTree } from './region-tree.ts';
import { type ModelRegion, put, RegionModel, runOfModels, smallLimits } from './regions.fixture.ts';

/** Regions of one letter each, from a to z. */
const alphabet: ModelRegion[] = Array.from({ length: 26 }, (_, i) => ({
  id: BigInt(i + 1),
  start: Buffer.from([97 + i]),
  end: Buffer.from([98 + i]),
  confVer: 1n,
  version: 1n,
  leader: 1n,
  load: 0n,
}));

function alphabetTree(): RegionTree {
  const tree = new RegionTree(smallLimits);
  for (const [i, region] of alphabet.entries()) put(tree, region, i);
  return tree;
}

/** Reads the next run; undefined at the end. */
function readRun(capture: Capture, maxBytes: number, maxRegions: number): Uint8Array | undefined {
  if (capture.next(maxBytes, maxRegions) === 0) return undefined;
  const target = new Uint8Array(capture.runBytes + 2);
  capture.fill(target, 1);
  expect([target[0], target.at(-1)]).toEqual([0, 0]);
  return target.subarray(1, -1);
}

test('a capture shows what was there when it was made, while the tree goes on', () => {
  const anyAct = fc.oneof(
    { weight: 8, arbitrary: anyStep },
    { weight: 1, arbitrary: fc.constant('capture' as const) },
    { weight: 3, arbitrary: fc.record({ read: fc.integer({ min: 1, max: 400 }) }) },
  );
  fc.assert(
    fc.property(fc.array(anyAct, { maxLength: 150 }), (acts) => {
      const tree = new RegionTree(smallLimits);
      const model = new RegionModel();
      const open: { capture: Capture; runs: Uint8Array[]; expected: Uint8Array }[] = [];
      for (const [index, act] of acts.entries()) {
        if (act === 'capture') {
          open.push({ capture: tree.capture(), runs: [], expected: runOfModels(model.regions) });
        } else if ('read' in act) {
          for (const { capture, runs } of open) runs.push(readRun(capture, act.read, 3) ?? new Uint8Array(0));
        } else {
          for (const region of reportsOf(act, model.regions)) {
            put(tree, region, index);
            model.put(region, 0);
          }
        }
      }
      for (const { capture, runs, expected } of open) {
        for (let run = readRun(capture, 200, 9); run; run = readRun(capture, 200, 9)) runs.push(run);
        expect(Buffer.concat(runs)).toEqual(expected);
        expect(capture.totalBytes).toBe(expected.length);
        expect(capture.position).toBe(capture.count);
        capture[Symbol.dispose]();
      }
      const last = model.regions.map((region) => ({ ...region, load: 2n ** 60n }));
      for (const region of last) put(tree, region, acts.length);
      expect(tree.arena.liveBytes).toBe(runOfModels(last).length);
    }),
    { numRuns: 500 },
  );
});

test('a run has as many blocks as fit, and one at least', () => {
  const capture = alphabetTree().capture();
  const block = runOfModels(alphabet.slice(0, 1)).length;
  expect(capture.next(3 * block + 1, 100)).toBe(3);
  expect(capture.runBytes).toBe(3 * block);
  expect(capture.next(100 * block, 5)).toBe(5);
  expect(capture.next(1, 5)).toBe(1);
  expect(readRun(capture, 1, 5)).toEqual(new Uint8Array(runOfModels(alphabet.slice(0, 1))));
  expect(readRun(capture, 1e6, 1e6)).toEqual(new Uint8Array(runOfModels(alphabet.slice(1))));
  expect(capture.next(1e6, 1e6)).toBe(0);
});

test('nothing can be read from a capture that was disposed of, and its pages are used again', () => {
  const tree = alphabetTree();
  const held = tree.arena.heldBytes;
  const capture = tree.capture();
  for (let round = 0; round < 3; round++) {
    for (const region of alphabet) put(tree, { ...region, load: 1n }, 100 + round);
  }
  expect(tree.arena.heldBytes).toBeGreaterThan(held);
  capture.next(1000, 10);
  capture[Symbol.dispose]();
  capture[Symbol.dispose]();
  expect(() => capture.fill(new Uint8Array(1000), 0)).toThrow('fill: the capture was disposed of');
  // Besides what compaction leaves, the page that is appended to.
  expect(tree.arena.wastedBytes).toBeLessThanOrEqual(tree.arena.liveBytes + 2 * smallLimits.pageBytes);
});
