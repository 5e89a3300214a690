import { failpointProblems } from '@syncline/runtime/failpoint-spec.ts';
import { expect, test } from 'vitest';
import { corePoints } from './core/failpoints.ts';
import { failpointsFor, mainPoints, points } from './failpoints.ts';

const spec = 'main.tick=block:3000@20; commit.begin=block:15000@2;commit.end=error';

test('each side arms its own points', () => {
  expect(failpointsFor(spec, mainPoints)).toBe('main.tick=block:3000@20');
  expect(failpointsFor(spec, corePoints)).toBe('commit.begin=block:15000@2;commit.end=error');
  expect(failpointsFor('', mainPoints)).toBe('');
});

test('a specification is checked as a whole', () => {
  expect(failpointProblems(spec, points)).toEqual([]);
  expect(failpointProblems('commit.begin=explode;main.tock=kill', points)).toHaveLength(2);
});
