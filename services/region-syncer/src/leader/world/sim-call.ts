// A call whose frames arrive whenever the run says so. Each frame counts as a good part of what may wait, so that two of
// them fill the transport.

import { unframe } from '@syncline/rpc/frame.ts';
import type { RawCall } from '@syncline/rpc/raw-call.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import { Metadata, type Status } from 'nice-grpc-common';

const weight = 40 * 1024;

/** Who is told of what is on the call. */
export interface SimCallEnds {
  /** A message is sent. */
  readonly sees: (message: Uint8Array) => void;
  /** It arrives. */
  readonly receive: (message: Uint8Array) => void;
  /** The leader's end of the call arrives, after all messages. */
  readonly over: () => void;
  /** It reads what it is sent; one that does not hears nothing, the end included. */
  readonly reads: boolean;
}

export class SimCall implements RawCall {
  readonly method = '/pdpb.PD/SyncRegions';
  readonly metadata = Metadata();
  readonly peer = 'sim';
  readonly trace = undefined;
  /** How it ended; undefined while it lasts. */
  ended: { readonly code: Status; readonly details: string } | undefined;
  readonly #over = new AbortController();
  readonly #send: (frames: Uint8Array | 'end') => void;
  readonly #ends: SimCallEnds;
  readonly #sim: Simulation;
  readonly #label: string;
  /** What has come and is not read. */
  readonly #unread: (Uint8Array | 'end')[] = [];
  #isHeld = false;
  #inFlight = 0;
  #hasFilled = false;
  #drained = () => {};

  constructor(sim: Simulation, label: string, ends: SimCallEnds) {
    this.#sim = sim;
    this.#label = label;
    this.#ends = ends;
    const link = sim.link<Uint8Array | 'end'>(label, (arrival) => {
      this.#unread.push(arrival);
      this.#read();
    });
    this.#send = ends.reads ? (frames) => link.send(frames) : () => {};
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  get queuedBytes(): number {
    return this.#inFlight * weight;
  }

  /** Frames that were sent and have not arrived. */
  get inFlight(): number {
    return this.#inFlight;
  }

  writeFramed(...pieces: readonly Uint8Array[]): void {
    if (this.signal.aborted) return;
    const frames = Buffer.concat(pieces);
    this.#inFlight += 1;
    this.#hasFilled ||= this.queuedBytes >= 64 * 1024;
    for (const message of unframe(frames)) this.#ends.sees(message);
    this.#send(frames);
  }

  onDrain(listener: () => void): void {
    this.#drained = listener;
  }

  end(code: Status, details: string): void {
    if (this.signal.aborted) return;
    this.ended = { code, details };
    this.#over.abort(new Error(details));
    this.#send('end');
  }

  /** While held the follower reads nothing of what comes. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    if (!isHeld && this.#unread.length > 0) this.#sim.schedule(`${this.#label} reads on`, () => this.#read());
  }

  /** The follower hangs up. */
  cancel(): void {
    this.#over.abort(new Error('cancelled'));
  }

  /** The leader's process dies: what it has sent arrives, and then the connection is gone. */
  cut(): void {
    if (this.signal.aborted) return;
    this.#over.abort(new Error('the leader has died'));
    this.#send('end');
  }

  onMessage(): void {}
  onHalfClose(): void {}
  pause(): void {}
  resume(): void {}

  #read(): void {
    while (!this.#isHeld) {
      const arrival = this.#unread.shift();
      if (arrival === undefined) return;
      if (arrival === 'end') return this.#ends.over();
      for (const message of unframe(arrival)) this.#ends.receive(message);
      this.#inFlight -= 1;
      if (this.#inFlight > 0 || !this.#hasFilled) continue;
      this.#hasFilled = false;
      if (!this.signal.aborted) this.#drained();
    }
  }
}
