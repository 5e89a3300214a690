// A sink over a raw gRPC call. Messages written in one turn of the event loop leave as one write.

import type { RawCall } from '@syncline/rpc/raw-call.ts';
import type { Message } from '../change.ts';
import type { Sink } from '../sink.ts';
import type { CallStatus } from '../status.ts';
import { Waiters } from '../waiters.ts';
import { FrameWriter } from './frame-writer.ts';
import type { MessageEncoder } from './message-encoder.ts';

/** What may be queued in a call: enough to keep a fast reader busy, little enough to coalesce for a slow one. */
const maxQueuedBytes = 256 << 10;
const flushBytes = 64 << 10;

/** What a stream has carried, for Status and metrics. */
export interface SentCounts {
  notifications: number;
  updates: number;
  syncResponses: number;
}

/** Encodes messages and writes them to a call. */
export class CallSink implements Sink {
  readonly #call: RawCall;
  readonly #encoder: MessageEncoder;
  readonly #counts: SentCounts;
  readonly #waiting = new Waiters();
  readonly #frames = new FrameWriter();
  #flushing = false;
  #writtenBytes = 0;

  constructor(call: RawCall, encoder: MessageEncoder, counts: SentCounts) {
    this.#call = call;
    this.#encoder = encoder;
    this.#counts = counts;
    call.onDrain(() => this.#waiting.release());
  }

  get full(): boolean {
    return this.#call.queuedBytes + this.#frames.length >= maxQueuedBytes;
  }

  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  get queuedBytes(): number {
    return this.#call.queuedBytes;
  }

  write(message: Message): void {
    this.#count(message);
    this.#frames.add(this.#encoder.encode(message));
    if (this.#frames.length >= flushBytes) {
      this.#flush();
    } else if (!this.#flushing) {
      this.#flushing = true;
      queueMicrotask(() => {
        this.#flushing = false;
        this.#flush();
      });
    }
  }

  async drained(signal: AbortSignal): Promise<void> {
    this.#flush();
    while (this.full) await this.#waiting.wait(signal);
  }

  end({ code, text }: CallStatus): void {
    this.#flush();
    this.#call.end(code, text);
  }

  #flush(): void {
    if (this.#frames.length === 0) return;
    this.#writtenBytes += this.#frames.length;
    this.#call.writeFramed(this.#frames.take());
  }

  #count(message: Message): void {
    if (message.kind === 'sync') {
      this.#counts.syncResponses++;
      return;
    }
    this.#counts.notifications++;
    if (message.kind === 'notification') this.#counts.updates += message.updates.length;
  }
}
