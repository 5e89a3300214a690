import { expect, test } from 'vitest';
import { indexOf } from './index.ts';
import { Lineage } from './lineage.ts';
import { type Holdings, type JoinRequest, planJoin } from './plan.ts';

/** Terms 2 (100 records) and 3 (100 records); the log goes back to 2:50, changes are told from 2:20. */
const holdings: Holdings = {
  lineage: new Lineage([
    { term: 2, end: indexOf(2, 100) },
    { term: 3, end: indexOf(3, 100) },
  ]),
  log: indexOf(2, 50),
  delta: indexOf(2, 20),
};
const pd: Omit<JoinRequest, 'position'> = { term: 0, delta: false, forced: false };
const ours: Omit<JoinRequest, 'position'> = { term: 3, delta: true, forced: false };

test.each([
  ['nothing yet', pd, 0, 'snapshot', 'zero'],
  ['an index counted inside a snapshot', pd, 3000, 'snapshot', 'positional'],
  ['the last index that is below all of ours', pd, indexOf(1, 0) - 1, 'snapshot', 'positional'],
  ['the next record', pd, indexOf(3, 100), 'in-sync', 'equal'],
  ['a record past the next', pd, indexOf(3, 101), 'snapshot', 'ahead'],
  ['a term that has not begun', ours, indexOf(4, 0), 'snapshot', 'ahead'],
  ['a record of this term', pd, indexOf(3, 7), 'replay', 'in-log'],
  ['the end of the term before', pd, indexOf(2, 100), 'replay', 'in-log'],
  ['more of the term before than there was', ours, indexOf(2, 101), 'snapshot', 'diverged'],
  ['the oldest record of the log', pd, indexOf(2, 50), 'replay', 'in-log'],
  ['a record below the log', pd, indexOf(2, 49), 'snapshot', 'behind-history'],
  ['a record below the log, with delta', ours, indexOf(2, 49), 'delta', 'behind-log'],
  ['the oldest change that can be told', ours, indexOf(2, 20), 'delta', 'behind-log'],
  ['a change that can no longer be told', ours, indexOf(2, 19), 'snapshot', 'behind-history'],
  ['a term before all that are known', ours, indexOf(1, 5), 'snapshot', 'behind-history'],
] as const)('who asks for %s', (_, peer, position, tier, reason) => {
  expect(planJoin({ ...peer, position }, holdings)).toMatchObject({ tier, reason });
});

test('a replay begins with the record asked for, or with the term that followed', () => {
  expect(planJoin({ ...pd, position: indexOf(3, 7) }, holdings)).toHaveProperty('from', indexOf(3, 7));
  expect(planJoin({ ...pd, position: indexOf(2, 100) }, holdings)).toHaveProperty('from', indexOf(3, 0));
});

test('who is told to takes a snapshot, even in sync', () => {
  const request: JoinRequest = { ...ours, position: indexOf(3, 100), forced: true };
  expect(planJoin(request, holdings)).toEqual({ tier: 'snapshot', reason: 'forced' });
});

test('a leader that has just begun replays nothing and calls the end of the term before in sync', () => {
  const lineage = new Lineage([...holdings.lineage.terms(), { term: 4, end: indexOf(4, 0) }]);
  const begun: Holdings = { lineage, log: indexOf(4, 0), delta: indexOf(4, 0) };
  expect(planJoin({ ...pd, position: indexOf(3, 100) }, begun)).toEqual({ tier: 'in-sync', reason: 'equal' });
  expect(planJoin({ ...pd, position: indexOf(3, 99) }, begun).reason).toBe('behind-history');
});

test('who has seen a term that this history skipped has followed another, whatever its position', () => {
  const lineage = new Lineage([...holdings.lineage.terms(), { term: 9, end: indexOf(9, 5) }]);
  const raised: Holdings = { ...holdings, lineage };
  const reasons = [2, 3, 4, 8, 9].map(
    (term) => planJoin({ ...ours, term, position: indexOf(3, 100) }, raised).reason,
  );
  expect(reasons).toEqual(['in-log', 'in-log', 'diverged', 'diverged', 'in-log']);
});

test('a leader without any history gives everybody a snapshot', () => {
  const nothing: Holdings = { lineage: new Lineage(), log: 0, delta: 0 };
  expect(planJoin({ ...ours, position: indexOf(1, 4) }, nothing)).toEqual({
    tier: 'snapshot',
    reason: 'ahead',
  });
});
