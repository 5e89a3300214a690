// pdpb.PD/RegionHeartbeat: one stream for each store. What cannot be written to disk fast enough is left in the network.
// Invariant: a stream is not read while the disk is behind, nor while its store does not read what it is told.

import { RegionHeartbeatResponse } from '@syncline/proto/pdpb.ts';
import { frame } from '@syncline/rpc/frame.ts';
import type { RawCall, RawHandler } from '@syncline/rpc/raw-call.ts';
import { Status } from 'nice-grpc-common';
import type { HeartbeatAnswer, Intake } from './intake.ts';

/** Beyond it the call tells when it has emptied, see RawCall.onDrain. */
const fullBytes = 128 * 1024;

export class HeartbeatStreams {
  readonly #clusterId: bigint;
  readonly #most: number;
  /** Those whose store does not read are true. */
  readonly #streams: Map<RawCall, boolean> = new Map();
  #isHeld = false;

  /** `most` streams at a time. */
  constructor(clusterId: bigint, most: number) {
    this.#clusterId = clusterId;
    this.#most = most;
  }

  /** How many there are. */
  get size(): number {
    return this.#streams.size;
  }

  /** The method. `intake` gives what takes heartbeats now, or why nobody does. */
  handler(intake: () => Intake | string): RawHandler {
    return (call) => this.#open(call, intake);
  }

  /** Stops reading all streams, those to come as well, or goes on. */
  hold(isHeld: boolean): void {
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    for (const call of this.#streams.keys()) this.#read(call);
  }

  /** Ends all with UNAVAILABLE: stores look for another leader. */
  endAll(details: string): void {
    for (const call of this.#streams.keys()) call.end(Status.UNAVAILABLE, details);
  }

  #open(call: RawCall, intake: () => Intake | string): void {
    if (this.#streams.size >= this.#most)
      return call.end(Status.RESOURCE_EXHAUSTED, `${this.#most} streams of heartbeats are open already`);
    this.#streams.set(call, false);
    call.signal.addEventListener('abort', () => this.#streams.delete(call), { once: true });
    call.onDrain(() => {
      this.#streams.set(call, false);
      this.#read(call);
    });
    call.onHalfClose(() => call.end(Status.OK, ''));
    call.onMessage((message) => {
      const taking = intake();
      if (typeof taking === 'string') return call.end(Status.UNAVAILABLE, taking);
      const answer = taking.take(message);
      if (answer !== undefined) this.#answer(call, answer);
    });
    this.#read(call);
  }

  #answer(call: RawCall, { type, message, ends }: HeartbeatAnswer): void {
    const header = { clusterId: this.#clusterId, error: { type, message } };
    const response = RegionHeartbeatResponse.create({ header });
    call.writeFramed(frame(RegionHeartbeatResponse.encode(response).finish()));
    if (ends) call.end(Status.UNAVAILABLE, message);
    else if (call.queuedBytes >= fullBytes) {
      this.#streams.set(call, true);
      this.#read(call);
    }
  }

  #read(call: RawCall): void {
    if (this.#isHeld || this.#streams.get(call) === true) call.pause();
    else call.resume();
  }
}
