import { expect, test } from 'vitest';
import { RegionTree } from './region-tree.ts';
import { blockOf, type ModelRegion, put, smallLimits } from './regions.fixture.ts';
import { absent } from './slots.ts';
import { halves } from './uint64.ts';

const key = (text: string) => Buffer.from(text);
const whole = { start: key(''), end: key('') };
const known: ModelRegion = {
  id: 1n,
  start: key('b'),
  end: key('d'),
  confVer: 5n,
  version: 5n,
  leader: 1n,
  load: 0n,
};

function verdictOn(region: ModelRegion, term = 0, knownTerm = 0): string {
  const tree = new RegionTree(smallLimits);
  put(tree, known, 1, knownTerm);
  const { bytes, fields } = blockOf(region);
  const verdict = tree.check(bytes, fields, ...halves(BigInt(term)));
  expect(tree.conflict).toBe(verdict === 'accepted' ? absent : tree.find(1, 0));
  expect(tree.size).toBe(1);
  return verdict;
}

test.each<[string, ModelRegion]>([
  ['what is known already', known],
  ['another leader in the same epoch', { ...known, leader: 2n }],
  ['a newer conf_ver', { ...known, confVer: 6n }],
  ['a newer version over other keys', { ...known, start: key('a'), end: key(''), version: 6n }],
  [
    'an older version that touches, and does not overlap',
    { ...known, id: 2n, end: key('b'), start: key('a'), version: 1n },
  ],
  ['an equal version of another id that overlaps', { ...known, id: 2n, start: key('c'), end: key('e') }],
  ['a region made anew by recovery', { ...known, version: 1n, confVer: 1n }],
  ['a region made anew over another', { ...known, id: 2n, end: key(''), version: 1n, confVer: 1n }],
])('PD accepts %s', (_, region) => {
  expect(verdictOn(region)).toBe('accepted');
});

test.each<[string, ModelRegion, string]>([
  ['an older version', { ...known, version: 4n, confVer: 9n }, 'older version'],
  ['an older conf_ver', { ...known, version: 9n, confVer: 4n }, 'older conf_ver'],
  [
    'an older version that overlaps',
    { ...known, id: 2n, end: key('c'), version: 4n },
    'older than an overlap',
  ],
  [
    'the same region with other keys and an older version',
    { ...known, end: key('c'), version: 4n },
    'older than an overlap',
  ],
  [
    'a region of all keys that was made by bootstrap',
    { ...known, ...whole, version: 1n, confVer: 1n },
    'older than an overlap',
  ],
])('PD refuses %s', (_, region, verdict) => {
  expect(verdictOn(region)).toBe(verdict);
});

test('a raft term counts when both are known', () => {
  expect(verdictOn(known, 6, 7)).toBe('older term');
  expect(verdictOn({ ...known, version: 6n }, 6, 7)).toBe('older term');
  expect(verdictOn(known, 7, 7)).toBe('accepted');
  expect(verdictOn(known, 0, 7)).toBe('accepted');
  expect(verdictOn(known, 6, 0)).toBe('accepted');
  expect(verdictOn({ ...known, version: 1n, confVer: 1n }, 6, 7)).toBe('accepted');
});

test('terms and versions are compared with all of their 64 bits', () => {
  const tree = new RegionTree(smallLimits);
  const newest = { ...known, version: 2n ** 64n - 1n };
  const { bytes, fields } = blockOf(newest);
  tree.put(bytes, 0, bytes.length, fields, 1, ...halves(2n ** 32n));
  const older = blockOf({ ...known, version: 2n ** 63n });
  expect(tree.check(older.bytes, older.fields, 0, 0)).toBe('older version');
  expect(tree.check(bytes, fields, ...halves(2n ** 32n - 1n))).toBe('older term');
  expect(tree.check(bytes, fields, ...halves(2n ** 32n))).toBe('accepted');
});
