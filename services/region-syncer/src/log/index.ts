// A place in the history of the regions, as one number: term · 2^36 + sequence number within the term.
// Invariant: terms start at 1, so that no index is ever equal to a position inside a snapshot (0, 1,000, 2,000 …).

const seqs = 2 ** 36;

/** The newest term there can be; a term is a start of a leader. */
export const maxTerm = 2 ** 17 - 1;

/**
 * The newest term that a leader goes above because a follower has seen it. The other half of all terms is left to
 * leaders' own starts, so that what anybody claims cannot use them up.
 */
export const maxHeardTerm = 2 ** 16 - 1;

/** The last sequence number. A term has a record less than this leaves room for, so that its end is in it too. */
export const maxSeq = seqs - 1;

/** The index `seq` (from 0) of `term` (from 1). Throws RangeError when either is out of its bounds. */
export function indexOf(term: number, seq: number): number {
  if (!Number.isInteger(term) || term < 1 || term > maxTerm)
    throw new RangeError(`term ${term} is not a whole number from 1 to ${maxTerm}`);
  if (!Number.isInteger(seq) || seq < 0 || seq > maxSeq)
    throw new RangeError(`sequence number ${seq} is not a whole number from 0 to ${maxSeq}`);
  return term * seqs + seq;
}

/** The term an index belongs to; 0 for what is no index: a position in a snapshot, or a small index of PD's. */
export function termOf(index: number): number {
  return Math.floor(index / seqs);
}

/** The sequence number of an index within its term. */
export function seqOf(index: number): number {
  return index % seqs;
}

/** The index of the first record of `term`. Throws RangeError. */
export function firstOfTerm(term: number): number {
  return indexOf(term, 0);
}

/**
 * How many more records the term of `next` has room for: 8 days of 100,000 a second in all. A leader starts another
 * term before there is none.
 */
export function roomInTerm(next: number): number {
  return maxSeq - seqOf(next);
}

/** `term:seq`, for logs. */
export function indexText(index: number): string {
  return `${termOf(index)}:${seqOf(index)}`;
}
