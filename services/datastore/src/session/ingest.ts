// From a device's stream to the core: messages are gathered, undecoded, into one reused buffer, and go on as one
// transfer each time the core has taken the one before. Invariants: at the most one ingest is under way; nothing of
// an epoch is sent after its end; above the high-water mark the stream is held back, and nothing is dropped.

import type { Clock, Timer } from '@syncline/runtime/clock.ts';
import type { Told } from '../core/host.ts';

/** The stream that fills the buffer. */
export interface Source {
  pause(): void;
  resume(): void;
}

export interface IngestOptions {
  readonly datastore: number;
  /** The sync's slot. */
  readonly sync: number;
  /** Bytes waiting above which the stream is held back. A longer message is taken all the same. */
  readonly highWaterBytes: number;
  readonly clock: Clock;
  readonly send: (message: Told, transfer?: ArrayBuffer[]) => void;
  /** Lets a batch wait for the datastore's readers, see Backpressure.hold. */
  readonly hold: (go: () => void) => Timer | undefined;
  /** Begins the span of a batch; without it nothing is traced. */
  readonly trace?: (epoch: number, bytes: number) => BatchSpan;
  /** The core has read all that was received. */
  readonly onIdle: () => void;
}

/** The span of one batch: from its transfer until the core has taken it. */
export interface BatchSpan {
  readonly traceparent: string;
  end(): void;
}

/** Each message stands behind its length: 32 bits, little-endian. */
const lengthBytes = 4;

const initialBytes = 256 * 1024;

/** One sync's way into the core. */
export class Ingest {
  readonly #options: IngestOptions;
  #buffer = Buffer.allocUnsafeSlow(initialBytes);
  #filled = 0;
  #epoch: number | undefined;
  #finishing = false;
  #underWay = false;
  /** While the next batch waits for readers. */
  #held: Timer | undefined;
  #source: Source | undefined;
  #span: BatchSpan | undefined;
  #pausedSince: number | undefined;
  #pausedMs = 0;
  #lastDataMs = 0;

  constructor(options: IngestOptions) {
    this.#options = options;
  }

  /** How long the stream was held back so far, in milliseconds. */
  get pausedMs(): number {
    const since = this.#pausedSince;
    return this.#pausedMs + (since === undefined ? 0 : this.#options.clock.monotonic() - since);
  }

  /** When a batch was sent last (monotonic): at the most one batch before the last message arrived. */
  get lastDataMs(): number {
    return this.#lastDataMs;
  }

  /** Nothing waits, and the core has read all that was sent. */
  get idle(): boolean {
    return this.#filled === 0 && !this.#underWay;
  }

  /** Begins an epoch; what an earlier one has not sent yet is superseded by this one's tree and thrown away. */
  begin(epoch: number, source: Source): void {
    if (this.#epoch !== undefined) this.#end(this.#epoch);
    this.#epoch = epoch;
    this.#source = source;
    const { datastore, sync } = this.#options;
    this.#options.send({ kind: 'begin', datastore, sync, epoch });
  }

  /** Takes one message of the epoch. The bytes are copied. */
  append(message: Uint8Array): void {
    const length = message.byteLength;
    const needed = this.#filled + lengthBytes + length;
    if (needed > this.#buffer.byteLength) this.#grow(needed);
    this.#buffer.writeUInt32LE(length, this.#filled);
    this.#buffer.set(message, this.#filled + lengthBytes);
    this.#filled = needed;
    if (!this.#underWay && this.#held === undefined) this.#next();
    else if (needed > this.#options.highWaterBytes && this.#pausedSince === undefined) this.#pause();
  }

  /** The core has taken the batch, of whatever epoch, and is ready for the next. */
  ingested(): void {
    this.#underWay = false;
    this.#span?.end();
    this.#span = undefined;
    if (this.#filled > 0) this.#next();
    else this.#options.onIdle();
  }

  /** The stream is over: what was received goes to the core, then the epoch's end. */
  finish(): void {
    if (this.#epoch === undefined) return;
    this.#source = undefined;
    if (this.#filled === 0) this.#end(this.#epoch);
    else this.#finishing = true;
  }

  /** The core is gone: nothing that was meant for it is kept, and no answer will come. */
  forget(): void {
    this.#underWay = false;
    this.#span?.end();
    this.#span = undefined;
    this.#clear();
  }

  #next(): void {
    this.#held = this.#options.hold(() => this.#flush());
    if (this.#held === undefined) this.#flush();
  }

  #flush(): void {
    this.#held = undefined;
    const { datastore, sync, send, clock, trace } = this.#options;
    const epoch = this.#epoch;
    if (epoch === undefined) return;
    const chunk = new ArrayBuffer(this.#filled);
    new Uint8Array(chunk).set(this.#buffer.subarray(0, this.#filled));
    this.#lastDataMs = clock.monotonic();
    this.#span = trace?.(epoch, this.#filled);
    this.#filled = 0;
    this.#underWay = true;
    const traced = this.#span === undefined ? undefined : { trace: this.#span.traceparent };
    send({ kind: 'ingest', datastore, sync, epoch, chunk, ...traced }, [chunk]);
    // A message far beyond the ordinary is not paid for twice.
    if (this.#buffer.byteLength > 4 * initialBytes) this.#buffer = Buffer.allocUnsafeSlow(initialBytes);
    if (this.#finishing) this.#end(epoch);
    else this.#unpause();
  }

  #end(epoch: number): void {
    this.#clear();
    const { datastore, sync } = this.#options;
    this.#options.send({ kind: 'end', datastore, sync, epoch });
  }

  #clear(): void {
    this.#held?.clear();
    this.#held = undefined;
    this.#filled = 0;
    this.#epoch = undefined;
    this.#finishing = false;
    this.#unpause();
    this.#source = undefined;
  }

  #pause(): void {
    this.#pausedSince = this.#options.clock.monotonic();
    this.#source?.pause();
  }

  #unpause(): void {
    if (this.#pausedSince === undefined) return;
    this.#pausedMs += this.#options.clock.monotonic() - this.#pausedSince;
    this.#pausedSince = undefined;
    this.#source?.resume();
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.byteLength));
    larger.set(this.#buffer.subarray(0, this.#filled));
    this.#buffer = larger;
  }
}
