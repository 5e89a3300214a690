import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstOfTerm, indexOf } from './index.ts';
import { Lineage } from './lineage.ts';

/** Terms 2 (10 records), 4 (none) and 5 (20 records). */
const lineage = () =>
  new Lineage([
    { term: 2, end: indexOf(2, 10) },
    { term: 4, end: indexOf(4, 0) },
    { term: 5, end: indexOf(5, 20) },
  ]);

test.each([
  ['its own end', indexOf(5, 20), { kind: 'in-sync' }],
  ['a record of the newest term', indexOf(5, 19), { kind: 'known', from: indexOf(5, 19) }],
  ['the start of the newest term', indexOf(5, 0), { kind: 'known', from: indexOf(5, 0) }],
  ['a term without records', indexOf(4, 0), { kind: 'known', from: indexOf(5, 0) }],
  ['the end of an older term', indexOf(2, 10), { kind: 'known', from: indexOf(5, 0) }],
  ['a record of an older term', indexOf(2, 9), { kind: 'known', from: indexOf(2, 9) }],
  ['past the end of an older term', indexOf(2, 11), { kind: 'diverged' }],
  ['past the start of a term without records', indexOf(4, 1), { kind: 'diverged' }],
  ['a term between those that are known', indexOf(3, 0), { kind: 'diverged' }],
  ['a term before all that are known', indexOf(1, 5), { kind: 'forgotten' }],
  ['past the end of the newest term', indexOf(5, 21), { kind: 'ahead' }],
  ['a newer term', indexOf(6, 0), { kind: 'ahead' }],
])('a position at %s', (_, position, judgement) => {
  expect(lineage().judge(position)).toEqual(judgement);
});

test('at the end of its term one is in sync as long as no newer term has a record', () => {
  const history = lineage();
  history.start(6);
  history.start(7);
  expect(history.judge(indexOf(5, 20))).toEqual({ kind: 'in-sync' });
  expect(history.judge(indexOf(6, 0))).toEqual({ kind: 'in-sync' });
  history.advance(indexOf(7, 1));
  expect(history.judge(indexOf(5, 20))).toEqual({ kind: 'known', from: indexOf(7, 0) });
});

test('who has nothing in common with anybody is ahead of an empty history', () => {
  const empty = new Lineage();
  expect([empty.term, empty.next, empty.judge(indexOf(1, 0)).kind]).toEqual([0, 0, 'ahead']);
});

test('records are added where the history ends, or as the first of a newer term', () => {
  const history = lineage();
  history.append(indexOf(5, 20), indexOf(5, 22));
  history.append(indexOf(8, 0), indexOf(8, 3));
  expect(history.terms().slice(-2)).toEqual([
    { term: 5, end: indexOf(5, 22) },
    { term: 8, end: indexOf(8, 3) },
  ]);
  expect(() => history.append(indexOf(8, 4), indexOf(8, 5))).toThrow(
    '8:4 does not continue a history at 8:3',
  );
  expect(() => history.append(indexOf(9, 1), indexOf(9, 2))).toThrow('9:1 does not continue');
  expect(() => history.append(indexOf(7, 0), indexOf(7, 1))).toThrow('7:0 does not continue');
  expect(() => history.advance(indexOf(8, 2))).toThrow('8:2 does not continue');
  expect(() => history.start(8)).toThrow('term 8 is not after term 8');
  expect(() => new Lineage([{ term: 2, end: indexOf(3, 1) }])).toThrow('3:1 does not continue');
});

test('terms are forgotten once nobody can go on from their end', () => {
  const history = lineage();
  history.truncate(indexOf(5, 0));
  expect(history.judge(indexOf(2, 10))).toEqual({ kind: 'known', from: indexOf(5, 0) });
  expect(history.judge(indexOf(4, 0))).toEqual({ kind: 'known', from: indexOf(5, 0) });
  history.truncate(indexOf(5, 1));
  expect(history.judge(indexOf(2, 10)).kind).toBe('forgotten');
  expect(history.terms()).toEqual([{ term: 5, end: indexOf(5, 20) }]);
});

/** What a cluster of leaders wrote, one after the other: how many records each, from term 1 on. */
const reigns = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 8 });

test('law: from what judge says on, exactly the missing records follow', () => {
  fc.assert(
    fc.property(reigns, fc.nat(), (records, cut) => {
      const log = records.flatMap((count, at) =>
        Array.from({ length: count }, (_, seq) => indexOf(at + 1, seq)),
      );
      const history = new Lineage(
        records.map((count, at) => ({ term: at + 1, end: indexOf(at + 1, count) })),
      );
      // A follower that has the first records: its position is behind the last of them.
      const has = cut % (log.length + 1);
      const last = log[has - 1];
      if (last === undefined) return;
      const judgement = history.judge(last + 1);
      const missing = log.slice(has);
      if (missing.length === 0) expect(judgement).toEqual({ kind: 'in-sync' });
      else expect(judgement).toEqual({ kind: 'known', from: missing[0] });
    }),
  );
});

test('law: a term is forgotten exactly when who is at its end misses a record that is gone', () => {
  fc.assert(
    fc.property(reigns, fc.nat(), (records, cut) => {
      const ends = records.map((count, at) => ({ term: at + 1, end: indexOf(at + 1, count) }));
      const log = records.flatMap((count, at) =>
        Array.from({ length: count }, (_, seq) => indexOf(at + 1, seq)),
      );
      const first = log[cut % Math.max(1, log.length)] ?? 0;
      const history = new Lineage(ends);
      history.truncate(first);
      expect(history.terms()).toEqual(
        ends.filter(({ end }) => !log.some((index) => index >= end && index < first)),
      );
    }),
  );
});

test('law: a follower of another history that has records of its own is never called known', () => {
  fc.assert(
    fc.property(reigns, fc.nat(), fc.integer({ min: 1, max: 5 }), (records, at, own) => {
      const history = new Lineage(
        records.map((count, term) => ({ term: term + 1, end: indexOf(term + 1, count) })),
      );
      // It followed up to the end of a term and then saw more of that term than this history has.
      const term = at % records.length;
      const position = indexOf(term + 1, (records[term] ?? 0) + own);
      expect(['diverged', 'ahead']).toContain(history.judge(position).kind);
    }),
  );
});

test('a lineage is what its terms make it', () => {
  expect(new Lineage(lineage().terms()).terms()).toEqual(lineage().terms());
  expect(lineage().next).toBe(indexOf(5, 20));
  expect(() => new Lineage([{ term: 1, end: firstOfTerm(1) - 1 }])).toThrow(RangeError);
});
