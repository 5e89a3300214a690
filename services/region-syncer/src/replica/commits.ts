// Records on their way to disk. One append is under way at a time and takes all that waits, so a burst gathers by
// itself and nothing waits for a timer. What the disk refuses is kept and tried again.
// Invariants: records are committed in order, none twice; only what is committed is seen in the tail and the lineage.

import { Watermark } from '@syncline/runtime/watermark.ts';
import { type Chunk, type ChunkBounds, endOf } from '../log/chunk.ts';
import { firstOfTerm, indexText, termOf } from '../log/index.ts';
import type { Lineage } from '../log/lineage.ts';
import { Tail } from '../log/tail.ts';
import type { LogSize } from '../store/boot-state.ts';
import { type DiskHealth, refusalOf } from './disk-health.ts';
import { Listeners } from './listeners.ts';
import { Pending } from './pending.ts';
import type { ReplicaSettings } from './replica-settings.ts';
import type { ReplicaStore } from './replica-store.ts';

export interface CommitsParts {
  readonly store: ReplicaStore;
  readonly settings: ReplicaSettings;
  readonly health: DiskHealth;
  /** Memory and disk may differ from now on, and nothing is written any more. */
  readonly broken: (error: Error) => void;
}

/** Where a history stands on disk. */
export interface Standing {
  /** The indexes have terms: it is not a PD's. */
  readonly isOurs: boolean;
  readonly lineage: Lineage;
  readonly first: number;
  readonly next: number;
  readonly log: LogSize;
  /** The index of the active generation; 0 when there is none. */
  readonly generation: number;
  /** How many records a restart puts on top of the generation's regions. */
  readonly replayed: number;
}

/** Another history has taken the place of this one: what was waited for does not come. */
export class ReplacedError extends Error {
  override name = 'ReplacedError';

  constructor() {
    super('the regions were replaced by a snapshot');
  }
}

export class Commits {
  readonly committed: Listeners = new Listeners();
  readonly pressed: Listeners<[pressed: boolean]> = new Listeners();
  readonly #parts: CommitsParts;
  readonly #pending: Pending;
  readonly #closing = new AbortController();
  #standing: Standing;
  #tail: Tail;
  #log: LogSize;
  #generation: number;
  /** #recorded, less what a restart would have to replay. */
  #recordedInGeneration: number;
  #durable: number;
  #end: number;
  #next: number;
  #first: number;
  #mark: Watermark;
  /** What the append that is under way has, or the one that is to be tried again. */
  #taken: readonly Chunk[] = [];
  #takenBytes = 0;
  #isHeld = false;
  #isDetached = false;
  #isPressed = false;
  #isBroken = false;
  #running: Promise<void> | undefined;
  #seenTerm: number;
  #keptTerm: number;
  #count = 0;
  #recorded = 0;
  #recordedInTree = 0;

  /** `term`: the newest one that the store has seen. */
  constructor(parts: CommitsParts, standing: Standing, term: number) {
    this.#parts = parts;
    this.#pending = new Pending(parts.settings.chunk);
    this.#standing = standing;
    this.#log = standing.log;
    this.#generation = standing.generation;
    this.#recordedInGeneration = -standing.replayed;
    this.#first = standing.first;
    this.#durable = this.#end = this.#next = standing.next;
    this.#tail = this.#newTail(standing.next);
    this.#mark = new Watermark(BigInt(standing.next));
    this.#seenTerm = this.#keptTerm = term;
  }

  get lineage(): Lineage {
    return this.#standing.lineage;
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
    return this.#seenTerm;
  }

  /** How many appends the disk has taken. */
  get count(): number {
    return this.#count;
  }

  /** How many records were added since the start. */
  get recorded(): number {
    return this.#recorded;
  }

  /** How many records a restart would have to replay. */
  get unsaved(): number {
    return this.#recorded - this.#recordedInGeneration;
  }

  /** The index of the active generation; 0 when there is none. */
  get generation(): number {
    return this.#generation;
  }

  /** What is not on disk. */
  get waiting(): ChunkBounds {
    const taken = this.#taken.reduce((sum, { count }) => sum + count, 0);
    return { records: this.#pending.records + taken, bytes: this.#pending.bytes + this.#takenBytes };
  }

  get isPressed(): boolean {
    return this.#isPressed;
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
    this.#pending.add(first, count, run, start, end);
    this.#next = this.#end = first + count;
    this.#recorded += count;
    this.#weigh();
    this.#go();
  }

  /** The next record is `next`, the first of a newer `term`. Throws RangeError when it is not. */
  startTerm(term: number, next: number = firstOfTerm(term)): void {
    if (!this.#standing.isOurs || next <= this.#next || next !== firstOfTerm(term))
      throw new RangeError(`${indexText(next)} does not continue a history at ${indexText(this.#next)}`);
    this.#next = next;
    this.seeTerm(term);
    this.#advance();
  }

  /** The store has begun a term, and keeps it. */
  termBegan(term: number): void {
    this.#seenTerm = this.#keptTerm = term;
    this.startTerm(term);
  }

  /** A term was heard of; it is kept before what comes after. */
  seeTerm(term: number): void {
    if (term <= this.#seenTerm) return;
    this.#seenTerm = term;
    this.#go();
  }

  /** The active generation is of `index`, when `recorded` was what it said. */
  checkpointed(index: number, recorded: number): void {
    this.#generation = index;
    this.#recordedInGeneration = recorded;
  }

  /** The log on disk begins at `first`, and changes before `delta` cannot be told without it. */
  trimmed(first: number, log: LogSize, delta: number): void {
    if (first > this.#first) this.#standing.lineage.truncate(Math.min(first, delta));
    this.#first = first;
    this.#log = log;
  }

  /** Nothing is appended any more, except what is under way, until release(), attach() or replace(). */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = this.#isDetached;
    this.#go();
  }

  /**
   * The tree stands for all records before `next`, and the log cannot be continued to there. What waits is in the tree
   * and forgotten; what comes waits for attach().
   */
  detach(next: number): void {
    this.#isHeld = this.#isDetached = true;
    this.#pending.clear();
    this.#recordedInTree = this.#recorded;
    this.#end = this.#next = next;
    this.#weigh();
  }

  /** On disk is another history, which goes on from standing.next. What waits belongs to the one before. */
  replace(standing: Standing): void {
    this.#pending.clear();
    this.#recordedInTree = this.#recorded;
    this.#end = this.#next = standing.next;
    this.attach(standing);
  }

  /** On disk is another history, which goes on from where detach() said. What waits comes after it. */
  attach(standing: Standing): void {
    const { next, lineage } = standing;
    this.#standing = standing;
    this.#first = next;
    this.#log = standing.log;
    this.#generation = standing.generation;
    this.#recordedInGeneration = this.#recordedInTree - standing.replayed;
    this.#durable = next;
    this.#taken = [];
    this.#takenBytes = 0;
    this.#isHeld = this.#isDetached = false;
    this.#keptTerm = Math.max(this.#keptTerm, lineage.term);
    this.#seenTerm = Math.max(this.#seenTerm, lineage.term);
    this.#tail = this.#newTail(next);
    this.#mark.close(new ReplacedError());
    this.#mark = new Watermark(BigInt(next));
    this.#advance();
    this.#weigh();
    this.#parts.health.works();
    this.committed.tell();
    this.#go();
  }

  /** Resolves when all records before `position` are durable. Rejects with the signal's reason or ReplacedError. */
  whenDurable(position: number, signal: AbortSignal): Promise<void> {
    return this.#mark.reaches(BigInt(position), signal);
  }

  /** Writes what waits, as long as the disk takes it, and ends. */
  async close(): Promise<void> {
    const closed = new Error('the replica is closed');
    const giveUp = () => this.#closing.abort(closed);
    if (this.#parts.health.error !== undefined) giveUp();
    this.#parts.health.changed.add(giveUp);
    await this.#running;
    giveUp();
    this.#mark.close(closed);
  }

  #newTail(next: number): Tail {
    const { tail, chunk } = this.#parts.settings;
    return new Tail({ held: tail, chunk }, next);
  }

  /** Something may be there to be written. */
  #go(): void {
    if (this.#running !== undefined || !this.#hasWork()) return;
    this.#running = this.#run();
  }

  #hasWork(): boolean {
    if (this.#isHeld || this.#isBroken || this.#closing.signal.aborted) return false;
    return this.#pending.records > 0 || this.#taken.length > 0 || this.#seenTerm > this.#keptTerm;
  }

  async #run(): Promise<void> {
    try {
      while (this.#hasWork()) await this.#write();
    } catch (error) {
      if (!this.#closing.signal.aborted) {
        this.#isBroken = true;
        this.#parts.broken(error instanceof Error ? error : new Error(String(error)));
      }
    }
    this.#running = undefined;
  }

  async #write(): Promise<void> {
    const { store, health } = this.#parts;
    const { signal } = this.#closing;
    const standing = this.#standing;
    if (this.#taken.length === 0) this.#take();
    const chunks = this.#taken;
    const term = this.#seenTerm;
    try {
      if (term > this.#keptTerm) await store.seeTerm(term);
      this.#keptTerm = Math.max(this.#keptTerm, term);
      if (standing !== this.#standing) return;
      if (chunks.length > 0) await store.append(chunks);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === 'broken' || !(error instanceof Error)) throw error;
      await health.refused(error, signal);
      if (refusal === 'refused' || !(await this.#isWritten(chunks, signal))) return;
    }
    health.works();
    if (standing === this.#standing && chunks.length > 0) this.#commit(chunks);
  }

  /** Whether an append took effect though its answer did not come in time. */
  async #isWritten(chunks: readonly Chunk[], signal: AbortSignal): Promise<boolean> {
    const last = chunks.at(-1);
    if (last === undefined) return false;
    for (;;) {
      try {
        return (await this.#parts.store.state()).next >= endOf(last);
      } catch (error) {
        if (refusalOf(error) === 'broken' || !(error instanceof Error)) throw error;
        await this.#parts.health.refused(error, signal);
      }
    }
  }

  #take(): void {
    this.#takenBytes = this.#pending.bytes;
    this.#taken = this.#pending.take();
  }

  #commit(chunks: readonly Chunk[]): void {
    this.#taken = [];
    this.#takenBytes = 0;
    const { isOurs, lineage } = this.#standing;
    let { records, bytes } = this.#log;
    for (const chunk of chunks) {
      if (isOurs) lineage.append(chunk.first, endOf(chunk));
      this.#tail.append(chunk);
      this.#durable = endOf(chunk);
      records += chunk.count;
      bytes += chunk.bytes.length;
    }
    this.#log = { records, bytes };
    this.#count++;
    this.#weigh();
    this.#advance();
    this.committed.tell();
  }

  /** More may be durable: records, or the start of a term that has none. */
  #advance(): void {
    const isAll = this.#pending.records === 0 && this.#taken.length === 0 && !this.#isDetached;
    if (isAll) this.#durable = this.#next;
    if (this.#durable !== this.#tail.next) {
      this.#tail.startTerm(termOf(this.#durable));
      this.#standing.lineage.start(termOf(this.#durable));
    }
    this.#mark.advance(BigInt(this.#durable));
  }

  #weigh(): void {
    const { pendingBytes } = this.#parts.settings;
    const waiting = this.#pending.bytes + this.#takenBytes;
    const pressed = waiting > (this.#isPressed ? pendingBytes / 2 : pendingBytes);
    if (pressed === this.#isPressed) return;
    this.#isPressed = pressed;
    this.pressed.tell(pressed);
  }
}
