// Records on their way to disk. One append is under way at a time and takes all that waits, so a burst gathers by
// itself. What the disk refuses is kept and tried again.
// Invariant: chunks are written in order, none twice, whatever the disk refuses or answers too late.

import type { Clock } from '@syncline/runtime/clock.ts';
import { Doorbell } from '@syncline/runtime/doorbell.ts';
import type { DiskHealth } from '@syncline/sqlite/disk-health.ts';
import { refusalOf } from '@syncline/sqlite/store-refusal.ts';
import { type Chunk, type ChunkBounds, endOf } from '../log/chunk.ts';
import { Pending } from './pending.ts';
import type { ReplicaStore } from './replica-store.ts';

export interface LogWriterParts {
  readonly store: ReplicaStore;
  readonly chunk: ChunkBounds;
  /**
   * How long an append of less than a chunk waits for more, in ms. 0 where somebody waits for what is on disk, as a
   * leader's followers do: it takes what came in one turn then.
   */
  readonly gatherMs: number;
  readonly clock: Clock;
  /** Lets others have their turn: setImmediate in a service. */
  readonly pause: () => Promise<void>;
  readonly health: DiskHealth;
  /** The digest of all that was added, when one is due; asked when an append takes it. */
  readonly digest: () => Uint8Array | undefined;
  /** The chunks are on disk. */
  readonly written: (chunks: readonly Chunk[]) => void;
  /** Memory and disk may differ from now on, and nothing is written any more. */
  readonly broken: (error: Error) => void;
}

export class LogWriter {
  readonly #parts: LogWriterParts;
  readonly #pending: Pending;
  readonly #closing = new AbortController();
  readonly #enough: Doorbell;
  /** What the append that is under way has, or the one that is to be tried again. */
  #taken: readonly Chunk[] = [];
  #takenBytes = 0;
  /** Counts what was forgotten: the answer to an append of before means nothing. */
  #histories = 0;
  #isHeld = false;
  #isBroken = false;
  /** The disk refused what was tried last. */
  #isRefused = false;
  #running: Promise<void> | undefined;
  #seenTerm: number;
  #keptTerm: number;
  #count = 0;

  /** `term`: the newest one that the store has seen. */
  constructor(parts: LogWriterParts, term: number) {
    this.#parts = parts;
    this.#pending = new Pending(parts.chunk);
    this.#enough = new Doorbell(parts.clock);
    this.#seenTerm = this.#keptTerm = term;
  }

  /** The newest term that was seen. */
  get term(): number {
    return this.#seenTerm;
  }

  /** How many appends the disk has taken. */
  get count(): number {
    return this.#count;
  }

  /** Everything that was added is on disk, or forgotten. */
  get isDone(): boolean {
    return this.#pending.records === 0 && this.#taken.length === 0;
  }

  /** Bytes that are not on disk. */
  get bytes(): number {
    return this.#pending.bytes + this.#takenBytes;
  }

  /** Records that are not on disk. */
  get records(): number {
    return this.#taken.reduce((sum, { count }) => sum + count, this.#pending.records);
  }

  /** Takes a run of `count` records from index `first` on: run[start, end), copied. */
  add(first: number, count: number, run: Uint8Array, start: number, end: number): void {
    this.#pending.add(first, count, run, start, end);
    if (this.#pending.hasWholeChunk) this.#enough.ring();
    this.#go();
  }

  /** A term was heard of; it is kept before what comes after. */
  seeTerm(term: number): void {
    if (term <= this.#seenTerm) return;
    this.#seenTerm = term;
    this.#go();
  }

  /** Of the terms that were seen only those up to `term` count. What the store keeps is not lowered here. */
  forgetTerms(term: number): void {
    this.#seenTerm = Math.min(this.#seenTerm, term);
    this.#keptTerm = Math.min(this.#keptTerm, term);
    this.#go();
  }

  /** The store keeps a term. */
  termKept(term: number): void {
    this.#seenTerm = Math.max(this.#seenTerm, term);
    this.#keptTerm = Math.max(this.#keptTerm, term);
  }

  /** Nothing is appended any more, except what is under way. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#go();
  }

  /** What waits is not wanted in the log. */
  forgetPending(): void {
    this.#pending.clear();
  }

  /** What is under way belonged to a log that is no more. */
  forgetTaken(): void {
    this.#taken = [];
    this.#takenBytes = 0;
    this.#histories++;
  }

  /** Writes what waits, as long as the disk takes it, and ends. */
  async close(reason: Error): Promise<void> {
    const { health } = this.#parts;
    const giveUp = () => this.#closing.abort(reason);
    if (health.error !== undefined) giveUp();
    health.onRefused(giveUp);
    await this.#running;
    giveUp();
  }

  /** Something may be there to be written. */
  #go(): void {
    if (this.#running !== undefined) return;
    if (this.#hasWork()) this.#running = this.#run();
    else this.#dropRefusal();
  }

  /** What was refused is not wanted any more: whether the disk takes something else, the next write tells. */
  #dropRefusal(): void {
    if (!this.#isRefused || this.#isHeld || this.#closing.signal.aborted) return;
    this.#isRefused = false;
    this.#parts.health.works();
  }

  #hasWork(): boolean {
    if (this.#isHeld || this.#isBroken || this.#closing.signal.aborted) return false;
    return !this.isDone || this.#seenTerm > this.#keptTerm;
  }

  async #run(): Promise<void> {
    try {
      while (this.#hasWork()) {
        await this.#gather();
        if (this.#hasWork()) await this.#write();
      }
    } catch (error) {
      if (!this.#closing.signal.aborted) {
        this.#isBroken = true;
        this.#parts.broken(error instanceof Error ? error : new Error(String(error)));
      }
    }
    this.#running = undefined;
    this.#dropRefusal();
  }

  /** Stores send heartbeats together: an append for the first of them would keep all others waiting. */
  #gather(): Promise<void> {
    const { gatherMs, pause } = this.#parts;
    return gatherMs > 0 ? this.#enough.wait(gatherMs, this.#closing.signal) : pause();
  }

  async #write(): Promise<void> {
    const { store, health } = this.#parts;
    const { signal } = this.#closing;
    const histories = this.#histories;
    if (this.#taken.length === 0) this.#take();
    const chunks = this.#taken;
    const term = this.#seenTerm;
    try {
      if (term > this.#keptTerm) await store.seeTerm(term);
      this.#keptTerm = Math.max(this.#keptTerm, term);
      // Another history may have been ordered meanwhile: behind that, these chunks would continue nothing.
      if (histories !== this.#histories || this.#isHeld) return;
      if (chunks.length > 0) await store.append(chunks);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === 'broken' || !(error instanceof Error)) throw error;
      this.#isRefused = true;
      await health.refused(error, signal);
      if (refusal === 'refused' || !(await this.#isWritten(chunks, signal))) return;
    }
    this.#isRefused = false;
    health.works();
    if (histories === this.#histories && chunks.length > 0) this.#done(chunks);
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
    const taken = this.#pending.take();
    const last = taken.at(-1);
    this.#taken = last === undefined ? taken : taken.with(-1, this.#stamped(last));
  }

  #stamped(chunk: Chunk): Chunk {
    const digest = this.#parts.digest();
    return digest === undefined ? chunk : { ...chunk, digest };
  }

  #done(chunks: readonly Chunk[]): void {
    this.#taken = [];
    this.#takenBytes = 0;
    this.#count++;
    this.#parts.written(chunks);
  }
}
