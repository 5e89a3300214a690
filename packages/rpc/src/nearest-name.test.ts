import { expect, test } from 'vitest';
import { nearestName } from './nearest-name.ts';

const names = ['nsp', 'port', 'poll', 'stall', 'drain', 'conduits', 'max-targets', 'retention-records'];

test.each([
  ['nps', 'nsp'],
  ['prot', 'port'],
  ['ports', 'port'],
  ['pol', 'poll'],
  ['stal', 'stall'],
  ['conduit', 'conduits'],
  ['Conduits', 'conduits'],
  ['maxTargets', 'max-targets'],
  ['retension-record', 'retention-records'],
])('%s is meant to be %s', (typed, meant) => {
  expect(nearestName(typed, names)).toBe(meant);
});

test.each([
  '',
  'x',
  'ip',
  'path',
  'part-of',
  'brake',
  'stream',
  'products',
  'min-tickets',
  'retries-recorded',
])('%j is like none of them', (typed) => {
  expect(nearestName(typed, names)).toBeUndefined();
});

test('of two that are near the nearer one is meant', () => {
  expect(nearestName('retry-maxx', ['retry-mix', 'retry-max'])).toBe('retry-max');
});
