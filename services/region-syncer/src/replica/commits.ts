// Where a copy's history stands, in memory and on disk: what is recorded goes to the log, and from there to the tail.
// Invariants: records are committed in the order of their indexes; only what is committed is seen in the tail and in the
// lineage; `durable` never goes back but to another history.

import { Listeners } from '@syncline/runtime/listeners.ts';
import { Waiter } from '@syncline/runtime/waiter.ts';
import { Watermark } from '@syncline/runtime/watermark.ts';
import { type Chunk, type ChunkBounds, endOf } from '../log/chunk.ts';
import { firstOfTerm, indexText, termOf } from '../log/index.ts';
import type { Lineage } from '../log/lineage.ts';
import { Tail } from '../log/tail.ts';
import type { LogSize } from '../store/boot-state.ts';
import type { CommitsParts } from './commits-parts.ts';
import { LogWriter } from './log-writer.ts';
import { Pressure } from './pressure.ts';
import { ReplacedError } from './replaced-error.ts';
import { endOfRecords, type Standing } from './standing.ts';

export class Commits {
  readonly committed: Listeners = new Listeners();
  readonly pressure: Pressure;
  readonly #parts: CommitsParts;
  readonly #writer: LogWriter;
  #isOurs: boolean;
  #lineage: Lineage;
  #tail: Tail;
  #first: number;
  #log: LogSize;
  #generation: number;
  #durable: number;
  #end: number;
  #next: number;
  #mark: Watermark;
  #isDetached = false;
  #recorded = 0;
  /** #recorded when the last generation was captured, less the records that it has itself. */
  #saved: number;
  /** #recorded when detach() was called. */
  #detached = 0;

  /** `term`: the newest one that the store has seen. */
  constructor(parts: CommitsParts, standing: Standing, term: number) {
    const { settings, ...rest } = parts;
    const { chunk, gatherMs, pendingBytes } = settings;
    this.#parts = parts;
    this.pressure = new Pressure(pendingBytes);
    const written = (chunks: readonly Chunk[]) => this.#commit(chunks);
    this.#writer = new LogWriter({ ...rest, chunk, gatherMs, written }, term);
    this.#isOurs = standing.isOurs;
    this.#lineage = standing.lineage;
    this.#first = standing.first;
    this.#log = standing.log;
    this.#generation = standing.generation;
    this.#saved = -standing.replayed;
    this.#durable = this.#next = standing.next;
    this.#end = endOfRecords(standing);
    this.#tail = this.#newTail(standing);
    this.#mark = new Watermark(BigInt(standing.next));
  }

  get lineage(): Lineage {
    return this.#lineage;
  }

  get tail(): Tail {
    return this.#tail;
  }

  /** What is on disk; a trim tells what is left. */
  get log(): LogSize {
    return this.#log;
  }

  /** The position that the log on disk can be read from. */
  get first(): number {
    return this.#first;
  }

  get next(): number {
    return this.#next;
  }

  /** The index after the last record. */
  get end(): number {
    return this.#end;
  }

  get durable(): number {
    return this.#durable;
  }

  /** The newest term that was seen. */
  get term(): number {
    return this.#writer.term;
  }

  /** How many appends the disk has taken. */
  get count(): number {
    return this.#writer.count;
  }

  /** How many records were added since the start. */
  get recorded(): number {
    return this.#recorded;
  }

  /** How many records a restart would have to replay. */
  get unsaved(): number {
    return this.#recorded - this.#saved;
  }

  /** About how many bytes those are, as records of the log are long. */
  get unsavedBytes(): number {
    const { records, bytes } = this.#log;
    return records === 0 ? 0 : (this.unsaved * bytes) / records;
  }

  /** The index of the active generation; 0 when there is none. */
  get generation(): number {
    return this.#generation;
  }

  /** What is not on disk. */
  get waiting(): ChunkBounds {
    const { records, bytes } = this.#writer;
    return { records, bytes };
  }

  /** The tree has more than the log can be continued to: nothing is appended until attach() or replace(). */
  get isDetached(): boolean {
    return this.#isDetached;
  }

  /**
   * Takes a run of `count` records from index `first` on, which is the next or begins a newer term: run[start, end),
   * copied. Throws RangeError for any other index.
   */
  add(first: number, count: number, run: Uint8Array, start: number, end: number): void {
    if (first !== this.#next) this.startTerm(termOf(first), first);
    this.#next = this.#end = first + count;
    this.#recorded += count;
    this.#writer.add(first, count, run, start, end);
    this.pressure.weigh(this.#writer.bytes);
  }

  /** The next record is `next`, the first of a newer `term`. Throws RangeError when it is not. */
  startTerm(term: number, next: number = firstOfTerm(term)): void {
    if (!this.#isOurs || next <= this.#next || next !== firstOfTerm(term))
      throw new RangeError(`${indexText(next)} does not continue a history at ${indexText(this.#next)}`);
    this.#next = next;
    this.#writer.seeTerm(term);
    this.#advance();
  }

  /** The store has begun a term, and keeps it. */
  termBegan(term: number): void {
    this.#writer.termKept(term);
    this.startTerm(term);
  }

  /** A term was heard of; it is kept before what comes after. */
  seeTerm(term: number): void {
    this.#writer.seeTerm(term);
  }

  /** Of the terms that were seen only those up to `term` count. */
  forgetTerms(term: number): void {
    this.#writer.forgetTerms(term);
  }

  /** The active generation is of `index`, when `recorded` was what it said. */
  checkpointed(index: number, recorded: number): void {
    this.#generation = index;
    this.#saved = recorded;
  }

  /** The log on disk begins at `first`, and changes before `delta` cannot be told without it. */
  trimmed(first: number, log: LogSize, delta: number): void {
    if (first > this.#first) this.#lineage.truncate(Math.min(first, delta));
    this.#first = first;
    this.#log = log;
  }

  /** Nothing is appended any more, except what is under way, until release(), attach() or replace(). */
  hold(): void {
    this.#writer.hold();
  }

  /** The log goes on as it was. */
  release(): void {
    if (!this.#isDetached) this.#writer.release();
  }

  /**
   * The tree stands for all records before `next`, and the log cannot be continued to there. What waits is in the tree
   * and forgotten; what comes waits for attach().
   */
  detach(next: number): void {
    this.#isDetached = true;
    this.#writer.hold();
    this.#forget(next);
    this.pressure.weigh(this.#writer.bytes);
  }

  /** Undoes detach(): nothing waited for the disk then, `next` was the next record, and none has come since. */
  reattach(next: number): void {
    this.#isDetached = false;
    this.#end = this.#next = next;
    this.#writer.release();
  }

  /** On disk is another history, which goes on from standing.next. What waits belongs to the one before. */
  replace(standing: Standing): void {
    this.#forget(standing.next);
    this.attach(standing);
  }

  /** On disk is another history, which goes on from where detach() said. What waits comes after it. */
  attach(standing: Standing): void {
    const { next, lineage } = standing;
    this.#isOurs = standing.isOurs;
    this.#lineage = lineage;
    this.#first = next;
    this.#log = standing.log;
    this.#generation = standing.generation;
    this.#saved = this.#detached - standing.replayed;
    this.#durable = next;
    this.#isDetached = false;
    this.#tail = this.#newTail(standing);
    this.#mark.close(new ReplacedError());
    this.#mark = new Watermark(BigInt(next));
    this.#writer.forgetTaken();
    this.#writer.termKept(lineage.term);
    this.#advance();
    this.pressure.weigh(this.#writer.bytes);
    this.#parts.health.works();
    this.committed.tell();
    this.#writer.release();
  }

  /** Resolves when all records before `position` are durable. Rejects with the signal's reason or ReplacedError. */
  whenDurable(position: number, signal: AbortSignal): Promise<void> {
    return this.#mark.reaches(BigInt(position), signal);
  }

  /** Resolves when the log can be continued to what the tree has. Rejects with the signal's reason. */
  async whenAttached(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#isDetached) return;
    const waiter = new Waiter(signal);
    const end = this.committed.add(() => {
      if (!this.#isDetached) waiter.resolve();
    });
    try {
      await waiter.promise;
    } finally {
      end();
    }
  }

  /** Writes what waits, as long as the disk takes it, and ends. */
  async close(): Promise<void> {
    const closed = new Error('the replica is closed');
    await this.#writer.close(closed);
    this.#mark.close(closed);
  }

  #newTail(standing: Standing): Tail {
    const { tail, chunk } = this.#parts.settings;
    return new Tail({ held: tail, chunk }, standing.next, endOfRecords(standing));
  }

  /** What is recorded after this comes after `next`, and after whatever the tree is written down as. */
  #forget(next: number): void {
    this.#writer.forgetPending();
    this.#detached = this.#recorded;
    this.#end = this.#next = next;
  }

  #commit(chunks: readonly Chunk[]): void {
    let { records, bytes } = this.#log;
    for (const chunk of chunks) {
      if (this.#isOurs) this.#lineage.append(chunk.first, endOf(chunk));
      this.#tail.append(chunk);
      this.#durable = endOf(chunk);
      records += chunk.count;
      bytes += chunk.bytes.length;
    }
    this.#log = { records, bytes };
    this.pressure.weigh(this.#writer.bytes);
    this.#advance();
    this.committed.tell();
  }

  /** More may be durable: records, or the start of a term that has none. */
  #advance(): void {
    if (this.#writer.isDone && !this.#isDetached) this.#durable = this.#next;
    if (this.#durable !== this.#tail.next) {
      this.#tail.startTerm(termOf(this.#durable));
      this.#lineage.start(termOf(this.#durable));
    }
    this.#mark.advance(BigInt(this.#durable));
  }
}
