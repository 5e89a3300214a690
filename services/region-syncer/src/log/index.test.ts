import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstOfTerm, indexOf, indexText, maxSeq, maxTerm, roomInTerm, seqOf, termOf } from './index.ts';

const term = fc.integer({ min: 1, max: maxTerm });
const seq = fc.integer({ min: 0, max: maxSeq });

test('an index is exactly its term and its sequence number', () => {
  fc.assert(
    fc.property(term, seq, (t, s) => {
      const index = indexOf(t, s);
      expect(Number.isSafeInteger(index)).toBe(true);
      expect([termOf(index), seqOf(index)]).toEqual([t, s]);
    }),
  );
});

test('indexes are in the order of their terms, then of their sequence numbers', () => {
  fc.assert(
    fc.property(term, seq, term, seq, (t1, s1, t2, s2) => {
      const order = t1 === t2 ? Math.sign(s1 - s2) : Math.sign(t1 - t2);
      expect(Math.sign(indexOf(t1, s1) - indexOf(t2, s2))).toBe(order);
    }),
  );
});

test('the last index of all is the largest number that counts exactly', () => {
  expect(indexOf(maxTerm, maxSeq)).toBe(Number.MAX_SAFE_INTEGER);
  expect(roomInTerm(indexOf(maxTerm, maxSeq))).toBe(0);
  expect(roomInTerm(firstOfTerm(7))).toBe(maxSeq);
});

test('no index is a position of a snapshot of fewer than 68 billion regions', () => {
  expect(firstOfTerm(1)).toBe(68_719_476_736);
  expect(termOf(firstOfTerm(1) - 1)).toBe(0);
});

test('what is out of bounds is named with its bounds', () => {
  expect(() => indexOf(0, 0)).toThrow('term 0 is not a whole number from 1 to 131071');
  expect(() => firstOfTerm(maxTerm + 1)).toThrow('term 131072');
  expect(() => indexOf(1, maxSeq + 1)).toThrow('sequence number 68719476736');
  expect(() => indexOf(1, 0.5)).toThrow('sequence number 0.5');
});

test('a log shows term and sequence number', () => {
  expect(indexText(indexOf(3, 17))).toBe('3:17');
});
