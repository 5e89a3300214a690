// For tests of the leader: a call whose other end is in the test's hand. It tells what it likes, as far as it is read,
// and takes what it is sent at once, or when the test says so.

import { ByteWriter } from '@syncline/protobuf/byte-writer.ts';
import { unframe } from '@syncline/rpc/frame.ts';
import type { RawCall } from '@syncline/rpc/raw-call.ts';
import { Metadata, type Status } from 'nice-grpc-common';
import { type Frame, readFrame } from '../wire/frame.ts';

/** How a call ended. */
export interface HeldEnd {
  readonly code: Status;
  readonly details: string;
  readonly trailer: Metadata | undefined;
}

/** A queue that has held as much is told of when it has emptied, see RawCall.onDrain. */
const fullBytes = 64 * 1024;

export class HeldCall implements RawCall {
  readonly method = '/pdpb.PD/held';
  readonly metadata = Metadata();
  readonly peer = 'held';
  readonly trace = undefined;
  /** Everything that was written, each write in one buffer. */
  readonly written: Uint8Array[] = [];
  /** The same as it was given. */
  readonly pieces: (readonly Uint8Array[])[] = [];
  /** Whether what is written is taken at once. */
  isTaking = true;
  isPaused = false;
  ended: HeldEnd | undefined;
  readonly #leastBytes: number;
  readonly #told: Buffer[] = [];
  readonly #over = new AbortController();
  #listener: ((message: Buffer) => void) | undefined;
  #drained = () => {};
  #queuedBytes = 0;
  #hasFilled = false;

  /** Each write weighs `leastBytes` at the least while it waits. */
  constructor(leastBytes = 0) {
    this.#leastBytes = leastBytes;
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Messages that were told and are not read. */
  get unread(): number {
    return this.#told.length;
  }

  /** The frames of a sync stream. */
  get frames(): Frame[] {
    return this.written
      .flatMap((bytes) => [...unframe(bytes)])
      .map((message) => readFrame(message, { blocks: 1_000, bytes: 1 << 20 }, new ByteWriter(1 << 12)));
  }

  tell(...messages: readonly Uint8Array[]): void {
    this.#told.push(...messages.map((message) => Buffer.from(message)));
    this.#read();
  }

  /** Takes what waits. */
  take(): void {
    this.#queuedBytes = 0;
    if (!this.#hasFilled) return;
    this.#hasFilled = false;
    if (!this.signal.aborted) this.#drained();
  }

  /** The other end hangs up. */
  cancel(): void {
    this.#over.abort(new Error('cancelled'));
  }

  onMessage(listener: (message: Buffer) => void): void {
    this.#listener = listener;
    this.#read();
  }

  onHalfClose(): void {}

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.#read();
  }

  writeFramed(...pieces: readonly Uint8Array[]): void {
    if (this.signal.aborted) return;
    const frames = Buffer.concat(pieces);
    this.written.push(frames);
    this.pieces.push(pieces);
    if (this.isTaking) return;
    this.#queuedBytes += Math.max(this.#leastBytes, frames.length);
    this.#hasFilled ||= this.#queuedBytes >= fullBytes;
  }

  onDrain(listener: () => void): void {
    this.#drained = listener;
  }

  end(code: Status, details: string, trailer?: Metadata): void {
    if (this.signal.aborted) return;
    this.ended = { code, details, trailer };
    this.#over.abort(new Error(details));
  }

  #read(): void {
    while (!this.isPaused && !this.signal.aborted && this.#listener !== undefined) {
      const message = this.#told.shift();
      if (message === undefined) return;
      this.#listener(message);
    }
  }
}
