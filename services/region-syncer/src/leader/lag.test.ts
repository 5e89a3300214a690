import { expect, test } from 'vitest';
import { firstOfTerm, indexOf } from '../log/index.ts';
import { recordsBetween } from './lag.ts';

const terms = [
  { term: 1, end: indexOf(1, 10) },
  { term: 2, end: firstOfTerm(2) },
  { term: 4, end: indexOf(4, 7) },
];

test.each([
  ['within a term', indexOf(4, 2), indexOf(4, 9), 7],
  ['nothing', indexOf(4, 9), indexOf(4, 9), 0],
  ['across terms, an empty one among them', indexOf(1, 8), indexOf(4, 9), 11],
  ['from the end of a term', indexOf(1, 10), firstOfTerm(4), 0],
  ['everything, from a position that is no index', 0, indexOf(4, 9), 19],
])('%s', (_, position, next, records) => {
  expect(recordsBetween(position, next, terms)).toBe(records);
});
