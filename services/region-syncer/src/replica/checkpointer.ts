// Keeps the generation on disk near the records, so that a restart has few of them to replay and the log can be
// trimmed. It does one thing at a time, between appends; what the disk refuses is tried again later.
// Invariants: a generation becomes the active one only when every record before its index is durable; none is made of
// regions that a delta has changed in part.

import type { Clock, Timer } from '@syncline/runtime/clock.ts';
import { refusalOf } from '@syncline/sqlite/store-refusal.ts';
import type { Pins } from './pins.ts';
import { type RebaseParts, rebase } from './rebase.ts';
import type { ReplicaSettings } from './replica-settings.ts';
import type { Origin } from './standing.ts';

export interface CheckpointerParts extends RebaseParts {
  readonly settings: ReplicaSettings;
  readonly clock: Clock;
  readonly pins: Pins;
  /** The position from which changes can be told without the log. */
  readonly deltaFloor: () => number;
  /** A delta has changed a part of the regions: they are of no position until the rest has come. */
  readonly isMixed: () => boolean;
  readonly events: CheckpointEvents;
}

export interface CheckpointEvents {
  readonly checkpointed: (index: number, regions: number, durationMs: number) => void;
  readonly checkpointFailed: (error: Error) => void;
  /** The log keeps what the last checkpoint has made needless. It is tried again. */
  readonly trimFailed: (error: Error) => void;
  readonly broken: (error: Error) => void;
}

/**
 * A checkpoint is due in half as many records as there are regions: so it costs two written regions a record. So it is
 * with bytes.
 */
const regionsPerRecord = 2;

/** How much of the log that is kept may be beyond the last checkpoint: long records are trimmed, too. */
const unsavedPart = 1 / 2;

type Job = (signal: AbortSignal) => Promise<void>;

export class Checkpointer {
  readonly #parts: CheckpointerParts;
  #source: Origin | undefined;
  /** The log has lost what the last checkpoint has made needless. */
  #isTrimmed = true;
  #isSwept = true;
  #isSuspended = false;
  #isClosed = false;
  #abort: AbortController | undefined;
  #job: Promise<void> | undefined;
  #retry: Timer | undefined;
  #count = 0;
  #failed = 0;
  #last: { readonly atUnixMs: number; readonly durationMs: number } | undefined;

  constructor(parts: CheckpointerParts) {
    this.#parts = parts;
  }

  get count(): number {
    return this.#count;
  }

  get failed(): number {
    return this.#failed;
  }

  get last(): { readonly atUnixMs: number; readonly durationMs: number } | undefined {
    return this.#last;
  }

  /** To be called after each commit: begins what is due. */
  check(): void {
    if (this.#isClosed || this.#isSuspended || this.#job !== undefined) return;
    const source = this.#source;
    if (source !== undefined) this.#begin((signal) => this.#rebase(source, signal));
    else if (this.#isFree && this.#isDue) this.#begin((signal) => this.#checkpoint(signal));
    else if (this.#isFree && !this.#isTrimmed) this.#begin((signal) => this.#trim(signal));
    else if (!this.#isSwept) this.#begin((signal) => this.#sweep(signal));
  }

  /** The commits are detached, and the regions are those of `source` up to their position. */
  rebase(source: Origin): void {
    this.#source = source;
    this.#abort?.abort(new Error('the regions are rebased'));
    this.check();
  }

  /** Stops before its next call of the store, so that another writes a generation. */
  suspend(): void {
    this.#isSuspended = true;
    this.#abort?.abort(new Error('another generation is written'));
  }

  /** Goes on; after a generation was written or dropped, there is something to sweep. */
  resume(): void {
    this.#isSuspended = false;
    this.#isSwept = false;
    this.check();
  }

  /** The regions have another history; what was to be rebased is gone. */
  replaced(): void {
    this.#source = undefined;
    this.#isTrimmed = true;
    this.resume();
  }

  /** Abandons what is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#retry?.clear();
    this.#abort?.abort(new Error('the replica is closed'));
    await this.#job;
  }

  /** The disk has had its time since it refused, and the regions are those of the log. */
  get #isFree(): boolean {
    const { commits, isMixed } = this.#parts;
    return this.#retry === undefined && !commits.isDetached && !isMixed();
  }

  get #isDue(): boolean {
    const { settings, commits, regions } = this.#parts;
    const { size, arena } = regions();
    const records = Math.max(settings.checkpointRecords, size / regionsPerRecord);
    const bytes = Math.max(settings.retention.bytes * unsavedPart, arena.liveBytes / regionsPerRecord);
    return commits.unsaved >= records || commits.unsavedBytes > bytes;
  }

  #begin(job: Job): void {
    const abort = new AbortController();
    this.#abort = abort;
    this.#job = this.#perform(job, abort.signal);
  }

  async #perform(job: Job, signal: AbortSignal): Promise<void> {
    try {
      await job(signal);
    } catch (error) {
      if (!signal.aborted) {
        this.#isClosed = true;
        this.#parts.events.broken(error instanceof Error ? error : new Error(String(error)));
      }
    }
    this.#job = undefined;
    this.check();
  }

  async #rebase(source: Origin, signal: AbortSignal): Promise<void> {
    await rebase(this.#parts, source, signal);
    if (this.#source === source) this.#source = undefined;
    this.#isSwept = false;
  }

  async #checkpoint(signal: AbortSignal): Promise<void> {
    this.#isSwept = false;
    try {
      await this.#write(signal);
    } catch (error) {
      if (signal.aborted || refusalOf(error) === 'broken' || !(error instanceof Error)) throw error;
      this.#failed++;
      this.#parts.events.checkpointFailed(error);
      this.#retryLater();
      return;
    }
    await this.#trim(signal);
  }

  async #write(signal: AbortSignal): Promise<void> {
    const { store, commits, writer, clock, regions, events } = this.#parts;
    const began = clock.monotonic();
    const { end, recorded } = commits;
    using capture = regions().capture();
    await writer.write(capture, signal);
    await commits.whenDurable(end, signal);
    signal.throwIfAborted();
    await store.flip({ kind: 'checkpoint', index: end });
    commits.checkpointed(end, recorded);
    this.#isTrimmed = false;
    const durationMs = clock.monotonic() - began;
    this.#count++;
    this.#last = { atUnixMs: Number(clock.now() / 1_000_000n), durationMs };
    events.checkpointed(end, capture.count, durationMs);
  }

  async #trim(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { store, commits, pins, settings, deltaFloor, events } = this.#parts;
    const delta = deltaFloor();
    try {
      const { first, refused, log } = await store.trim(settings.retention, pins.positions(), delta);
      commits.trimmed(first, log, delta);
      pins.refused(refused);
      this.#isTrimmed = true;
      this.#isSwept = false;
    } catch (error) {
      if (signal.aborted || refusalOf(error) === 'broken' || !(error instanceof Error)) throw error;
      events.trimFailed(error);
      this.#retryLater();
    }
  }

  async #sweep(signal: AbortSignal): Promise<void> {
    this.#isSwept = true;
    try {
      await this.#parts.writer.sweep(signal);
    } catch (error) {
      if (signal.aborted) this.#isSwept = false;
      // What the disk refuses to delete now is deleted before the next generation.
      else if (refusalOf(error) === 'broken') throw error;
    }
  }

  #retryLater(): void {
    this.#retry = this.#parts.clock.setTimer(this.#parts.settings.checkpointRetryMs, () => {
      this.#retry = undefined;
      this.check();
    });
  }
}
