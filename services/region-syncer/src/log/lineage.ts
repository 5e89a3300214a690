// Where each term ended in this node's history: what tells a follower that missed records from one that has others
// (region-syncer.md 7.3, Kafka's leader epochs). A position is good when its term is known here and not past its end.
// Invariant: terms rise, and each end is an index of its term.

import { firstOfTerm, indexText, termOf } from './index.ts';

/** `end` is the index after the last record of `term` in this history: its first index when it has no record. */
export interface TermEnd {
  readonly term: number;
  readonly end: number;
}

/** What a position is to this history. */
export type Judgement =
  /** Nothing is missing. */
  | { readonly kind: 'in-sync' }
  /** What is missing begins with the record `from`: the position itself, or the start of the term that followed. */
  | { readonly kind: 'known'; readonly from: number }
  /** Its term is older than all that is known here. */
  | { readonly kind: 'forgotten' }
  /** It is past all that is known here. */
  | { readonly kind: 'ahead' }
  /** It has records of a term that this history does not have. */
  | { readonly kind: 'diverged' };

export class Lineage {
  readonly #terms: TermEnd[] = [];

  /** Throws RangeError when the terms do not rise or an end is not in its term. */
  constructor(terms: Iterable<TermEnd> = []) {
    for (const { term, end } of terms) {
      this.start(term);
      this.advance(end);
    }
  }

  /** The newest term; 0 when there is none. */
  get term(): number {
    return this.#terms.at(-1)?.term ?? 0;
  }

  /** The index of the next record; 0 when there is no term. */
  get next(): number {
    return this.#terms.at(-1)?.end ?? 0;
  }

  /** The index after the last record that is known of: before `next` while the terms since have none; 0 without a term. */
  get end(): number {
    const last = this.#terms.findLast(({ term, end }) => end > firstOfTerm(term));
    return (last ?? this.#terms[0])?.end ?? 0;
  }

  /** A newer term begins; it has no record yet. Throws RangeError when it is not newer. */
  start(term: number): void {
    if (term <= this.term) throw new RangeError(`term ${term} is not after term ${this.term}`);
    this.#terms.push({ term, end: firstOfTerm(term) });
  }

  /** The newest term has records up to `next`. Throws RangeError when it had more, or `next` is not in it. */
  advance(next: number): void {
    const { term } = this;
    if (term === 0 || next < this.next || termOf(next) !== term)
      throw new RangeError(`${indexText(next)} does not continue a history at ${indexText(this.next)}`);
    this.#terms[this.#terms.length - 1] = { term, end: next };
  }

  /** Records from `first` up to `next` came after all others, perhaps as the first of a newer term. Throws RangeError. */
  append(first: number, next: number): void {
    const term = termOf(first);
    if (term > this.term && first === firstOfTerm(term)) this.start(term);
    else if (first !== this.next)
      throw new RangeError(`${indexText(first)} does not continue a history at ${indexText(this.next)}`);
    this.advance(next);
  }

  /** Forgets the terms from whose end nobody can catch up when all before `first` is gone. */
  truncate(first: number): void {
    // Who is at the end of an older one misses the first record of this one. A term without records is missed by nobody.
    const newestCut = this.#terms.findLastIndex(
      ({ term, end }) => end > firstOfTerm(term) && firstOfTerm(term) < first,
    );
    if (newestCut > 0) this.#terms.splice(0, newestCut);
  }

  /** What somebody who has everything before `position` is missing. */
  judge(position: number): Judgement {
    const term = termOf(position);
    if (term > this.term || position > this.next) return { kind: 'ahead' };
    const at = this.#terms.findLastIndex((known) => known.term <= term);
    const known = this.#terms[at];
    if (known === undefined) return { kind: 'forgotten' };
    if (known.term !== term || position > known.end) return { kind: 'diverged' };
    if (position < known.end) return { kind: 'known', from: position };
    const missed = this.#terms.slice(at + 1).find((later) => later.end > firstOfTerm(later.term));
    return missed === undefined ? { kind: 'in-sync' } : { kind: 'known', from: firstOfTerm(missed.term) };
  }

  /**
   * Whether `term` is between the terms of this history and none of them: who has seen it followed another history, even
   * where the indexes of both are the same.
   */
  skips(term: number): boolean {
    const oldest = this.#terms[0]?.term ?? 0;
    return term > oldest && term < this.term && !this.#terms.some((known) => known.term === term);
  }

  /** All that is known, oldest first: what the constructor takes. */
  terms(): TermEnd[] {
    return [...this.#terms];
  }
}
