// For the explorer: a client's Subscribe as the server sees it, a queue that drains when the client reads, and what
// the client has learnt from its stream.

import { type Notification, SubscribeResponse } from '@syncline/proto/gnmi.ts';
import { unframe } from '@syncline/rpc/frame.ts';
import type { RawCall } from '@syncline/rpc/raw-call.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import { Metadata, Status } from 'nice-grpc-common';

/** How a client reads: at any pace, or nothing more once its queue is full. */
export type Reading = 'steady' | 'stalls';

/** What a queue must hold before its draining is told; RawCall says 64 KiB. */
const toldBytes = 64;

export class SimulatedClient implements RawCall {
  readonly method = '/gnmi.gNMI/Subscribe';
  readonly metadata = Metadata();
  readonly peer = 'simulated';
  readonly trace = undefined;
  readonly tree = new Map<string, bigint>();
  /** Values it was sent, and values it was told that it missed. */
  shown = 0;
  missed = 0;
  syncs = 0;
  ended: Status | undefined;
  queuedBytes = 0;
  mostQueuedBytes = 0;
  readonly #sim: Simulation;
  readonly #reading: Reading;
  readonly #abort = new AbortController();
  readonly #queue: Uint8Array[] = [];
  #filled = false;
  #drained = () => {};

  constructor(sim: Simulation, reading: Reading) {
    this.#sim = sim;
    this.#reading = reading;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  onMessage(): void {}
  onHalfClose(): void {}
  pause(): void {}
  resume(): void {}

  onDrain(listener: () => void): void {
    this.#drained = listener;
  }

  writeFramed(...pieces: readonly Uint8Array[]): void {
    if (this.#abort.signal.aborted) return;
    const frames = Buffer.concat(pieces);
    this.#queue.push(frames);
    this.queuedBytes += frames.byteLength;
    this.mostQueuedBytes = Math.max(this.mostQueuedBytes, this.queuedBytes);
    this.#filled ||= this.queuedBytes >= toldBytes;
    if (this.#queue.length === 1 && this.#reading === 'steady') this.#readLater();
  }

  end(code: Status): void {
    if (this.#abort.signal.aborted) return;
    this.ended = code;
    this.#abort.abort();
  }

  /** The client goes away. */
  cancel(): void {
    this.end(Status.CANCELLED);
  }

  #readLater(): void {
    this.#sim.schedule('client reads', () => this.#read(), 100);
  }

  #read(): void {
    const frames = this.#queue.shift();
    if (frames === undefined) return;
    this.queuedBytes -= frames.byteLength;
    for (const message of unframe(frames)) this.#learn(SubscribeResponse.decode(message));
    if (this.#queue.length > 0) this.#readLater();
    else if (this.#filled && !this.#abort.signal.aborted) {
      this.#filled = false;
      this.#drained();
    }
  }

  #learn({ response }: SubscribeResponse): void {
    if (response?.$case === 'syncResponse') this.syncs += 1;
    if (response?.$case === 'update') this.#apply(response.value);
  }

  #apply(notification: Notification): void {
    for (const path of notification.delete) this.tree.delete(placeOf(path.elem));
    for (const { path, val, duplicates } of notification.update) {
      if (val?.value?.$case !== 'intVal') throw new Error('an update without its value');
      this.tree.set(placeOf(path?.elem ?? []), val.value.value);
      this.shown += 1;
      this.missed += duplicates;
    }
  }
}

function placeOf(elems: readonly { name: string; key: Record<string, string> }[]): string {
  return elems.map(({ name, key }) => key.k ?? name).join('/');
}
