// The history of this node as its store knows it: terms, source, active generation, and the index of the next record.
// Invariant: what is held in memory is what the tables hold, so the owner throws this away when a transaction fails.

import { type Chunk, endOf } from '../log/chunk.ts';
import { firstOfTerm, indexText, maxTerm, termOf } from '../log/index.ts';
import { Lineage, type TermEnd } from '../log/lineage.ts';
import type { Generation, HistoryRow, HistoryTable, Source } from './history-table.ts';

/** This node has followed a leader that is not ours, whose indexes have no terms. */
export class ForeignHistoryError extends Error {
  override name = 'ForeignHistoryError';
}

export class History {
  readonly #table: HistoryTable;
  #row: HistoryRow;
  #lineage: Lineage;
  #next: number;

  /** `logEnd` is the index after the last record on disk, undefined when there is none. */
  constructor(table: HistoryTable, logEnd: number | undefined) {
    this.#table = table;
    this.#row = table.read();
    this.#lineage = new Lineage(table.terms());
    if (this.#row.source.kind === 'ours') {
      if (logEnd !== undefined && logEnd > this.#lineage.next) this.#lineage.advance(logEnd);
      this.#next = this.#lineage.next;
    } else this.#next = logEnd ?? this.#row.generation?.index ?? 0;
  }

  /** The index of the next record; 0 without a history. */
  get next(): number {
    return this.#next;
  }

  /** The newest term that was seen, of this history or another. */
  get maxTerm(): number {
    return this.#row.maxTerm;
  }

  get source(): Source {
    return this.#row.source;
  }

  get generation(): Generation | undefined {
    return this.#row.generation;
  }

  /** The terms, oldest first; none in a foreign history. */
  get terms(): TermEnd[] {
    return this.#lineage.terms();
  }

  /** The first record that somebody at `position` misses, `next` when none; undefined when it is no position of ours. */
  following(position: number): number | undefined {
    if (this.#row.source.kind !== 'ours') return position <= this.#next ? position : undefined;
    const judgement = this.#lineage.judge(position);
    if (judgement.kind === 'in-sync') return this.#next;
    return judgement.kind === 'known' ? judgement.from : undefined;
  }

  /** In a transaction: the chunk comes next. Throws RangeError when it does not, or an Error without a history. */
  append(chunk: Chunk): void {
    const { kind } = this.#row.source;
    if (kind === 'none') throw new Error('there is no history to append to: start a term or flip');
    const end = endOf(chunk);
    if (chunk.count < 1 || !Number.isSafeInteger(end))
      throw new RangeError(`a chunk from index ${chunk.first} has ${chunk.count} records`);
    const term = termOf(chunk.first);
    if (kind === 'ours' && term > this.#lineage.term && chunk.first === firstOfTerm(term)) this.#begin(term);
    if (chunk.first !== this.#next)
      throw new RangeError(`${indexText(chunk.first)} does not continue a log at ${indexText(this.#next)}`);
    if (kind === 'ours') this.#lineage.advance(end);
    this.#next = end;
  }

  /**
   * In a transaction: `member` leads, in a term after `above` and every one that was seen. Gives the term. Throws
   * ForeignHistoryError, and RangeError when there is no further term.
   */
  startTerm(above: number, member: bigint): number {
    if (this.#row.source.kind === 'foreign')
      throw new ForeignHistoryError('a foreign history has no terms: flip to a snapshot of our own first');
    const term = Math.max(above, this.#row.maxTerm, this.#lineage.term) + 1;
    if (term > maxTerm) throw new RangeError(`there is no term after ${term - 1}`);
    this.#begin(term);
    this.put({ source: { kind: 'ours', member } });
    return term;
  }

  /** In a transaction: changes what is not decided by the log. */
  put(change: Partial<HistoryRow>): void {
    this.#row = { ...this.#row, ...change };
    this.#table.write(this.#row);
  }

  /** In a transaction: another history begins, at `next`; `terms` are those of one that is ours. Throws RangeError. */
  replace(row: HistoryRow, terms: readonly TermEnd[], next: number): void {
    const lineage = new Lineage(terms);
    if (row.source.kind === 'ours' ? lineage.next !== next : terms.length > 0)
      throw new RangeError(`a history at index ${next} cannot have a lineage that ends at ${lineage.next}`);
    this.#table.dropTerms(maxTerm + 1);
    for (const term of terms) this.#table.putTerm(term);
    this.#lineage = lineage;
    this.#next = next;
    this.put(row);
  }

  /** Whether the next history has to be a snapshot, whatever this one could go on with. */
  get isSnapshotForced(): boolean {
    return this.#table.isSnapshotForced();
  }

  /** In a transaction: whether the next history has to be a snapshot. */
  forceSnapshot(forced: boolean): void {
    this.#table.forceSnapshot(forced);
  }

  /** In a transaction: forgets the terms from whose end nobody can go on when all before `first` is gone. */
  truncate(first: number): void {
    this.#lineage.truncate(first);
    const oldest = this.#lineage.terms()[0];
    if (oldest !== undefined) this.#table.dropTerms(oldest.term);
  }

  /** The newest term ends where the log does, and `term` begins. */
  #begin(term: number): void {
    if (this.#lineage.term > 0) this.#table.putTerm({ term: this.#lineage.term, end: this.#lineage.next });
    this.#lineage.start(term);
    this.#next = this.#lineage.next;
    this.#table.putTerm({ term, end: this.#next });
    if (term > this.#row.maxTerm) this.put({ maxTerm: term });
  }
}
