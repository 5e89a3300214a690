// For the explorer: a channel of a follower to the process that leads when it is opened. All that goes over it takes as long
// as the run says; it breaks, falls silent, spoils a message or has one that the leader never sent, when the run says so.

import { ErrorType, ResponseHeader, SyncRegionResponse } from '@syncline/proto/pdpb.ts';
import { unframe } from '@syncline/rpc/frame.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import { Status } from 'nice-grpc-common';
import { expect } from 'vitest';
import { clusterId } from '../../leader/world/leader-world.ts';
import type { LeadingProcess } from '../../leader/world/leading-process.ts';
import type { SimCall } from '../../leader/world/sim-call.ts';
import type { Kind, SyncWorld } from '../../leader/world/sync-world.ts';
import type { FramePieces } from '../../wire/frame-writer.ts';
import { decodeSyncRequest } from '../../wire/sync-request.ts';
import { type CallEnd, type Hello, type LeaderLink, NoLeaderError, type SyncCall } from '../leader-link.ts';
import { beyondAll } from '../state.ts';

/** Who is told of what is asked on a link. */
export interface LinkTold {
  /** A stream is asked for, from this index on. */
  asks(index: number): void;
  /** The leader has heard of it. */
  joins(leader: LeadingProcess): void;
}

export class SimLeaderLink implements LeaderLink {
  readonly #sim: Simulation;
  readonly #world: SyncWorld;
  readonly #kind: Kind;
  readonly #told: LinkTold;
  readonly #leader: LeadingProcess;
  readonly #closed = new AbortController();
  #call: SimCall | undefined;
  #onLost = () => {};
  #isBroken = false;
  #isSilent = false;
  #isSpoiling = false;
  #isSkipping = false;
  #onMessage: (message: Buffer) => void = () => {};

  /** `kind`: the leader speaks as one of ours, or as a PD, which knows of no terms. */
  constructor(sim: Simulation, world: SyncWorld, kind: Kind, told: LinkTold) {
    this.#sim = sim;
    this.#world = world;
    this.#kind = kind;
    this.#told = told;
    this.#leader = world.leader;
    this.#leader.death.addEventListener('abort', () => this.#losesLater());
  }

  get isClosed(): boolean {
    return this.#closed.signal.aborted;
  }

  onLost(listener: () => void): void {
    this.#onLost = listener;
  }

  async hello(): Promise<Hello> {
    await this.#sim.pause('who leads is asked', this.#closed.signal);
    if (this.#isSilent) await this.#untilClosed();
    if (this.#isBroken || this.#leader.isDead) throw new Error('nobody is there');
    if (this.#sim.choose(8) === 7) throw new NoLeaderError('GetMembers: there is no leader');
    return {
      clusterId,
      leader: { name: 'leader', memberId: 11n, clientUrls: [] },
      ours: this.#kind === 'ours',
    };
  }

  sync(request: Uint8Array, onMessage: (message: Buffer) => void, onEnd: (end: CallEnd) => void): SyncCall {
    const said = decodeSyncRequest(request);
    const asked = this.#kind === 'ours' ? said : { ...said, ours: false, takesDeltas: false, term: 0 };
    if (asked.startIndex === beyondAll) this.#leader.isProbed = true;
    this.#told.asks(asked.startIndex);
    let isHeard = true;
    const call: SimCall = this.#world.call('the stream', {
      reads: true,
      receive: (message) => {
        if (this.#isSkipping) this.#isSkipping = false;
        else hear(this.#carried(message));
      },
      over: () => {
        if (isHeard) onEnd(this.#isBroken ? unreachable : endOf(call));
        isHeard = false;
      },
    });
    const hear = (message: Buffer) => {
      if (isHeard && !this.#isBroken && !this.#isSilent) onMessage(message);
    };
    this.#call = call;
    this.#onMessage = hear;
    this.#sim.schedule('the request arrives', () => {
      if (this.#isSilent || call.signal.aborted) return;
      if (this.#leader.isDead) return call.cut();
      this.#told.joins(this.#leader);
      this.#leader.join(call, asked);
    });
    return {
      pause: () => call.hold(true),
      resume: () => call.hold(this.#isSilent),
      hangUp: () => {
        isHeard = false;
        this.#hangUpLater(call);
      },
    };
  }

  list(): Promise<Buffer> {
    return Promise.reject(new Error('its index is never 0'));
  }

  [Symbol.dispose](): void {
    this.#closed.abort(new Error('the link is closed'));
    if (this.#call !== undefined) this.#hangUpLater(this.#call);
  }

  /** The connection breaks. What was on its way is lost. */
  break(): void {
    if (this.#isSilent) return;
    this.#isBroken = true;
    this.#call?.cut();
    this.#losesLater();
  }

  /** Nothing arrives any more, at neither end, and nobody is told. */
  silence(): void {
    this.#isSilent = true;
    this.#call?.hold(true);
  }

  /** The next message comes without its last byte. */
  spoil(): void {
    this.#isSpoiling = true;
  }

  /** The next message does not come. */
  skip(): void {
    this.#isSkipping = true;
  }

  /** A message comes on the stream that there is, which the leader has not sent. */
  say(pieces: FramePieces): void {
    for (const message of unframe(Buffer.concat(pieces))) this.#onMessage(Buffer.from(message));
  }

  /** The leader says that something went wrong. */
  fail(): void {
    const error = { type: ErrorType.UNKNOWN, message: 'test' };
    const header = ResponseHeader.create({ clusterId, error });
    this.#onMessage(Buffer.from(SyncRegionResponse.encode(SyncRegionResponse.create({ header })).finish()));
  }

  #carried(message: Uint8Array): Buffer {
    const length = this.#isSpoiling ? message.length - 1 : message.length;
    this.#isSpoiling = false;
    return Buffer.from(message.subarray(0, length));
  }

  #hangUpLater(call: SimCall): void {
    if (!this.#isSilent) this.#sim.schedule('the hang-up arrives', () => call.cancel());
  }

  #losesLater(): void {
    if (this.#isSilent || this.#closed.signal.aborted) return;
    this.#sim.schedule('the connection is gone', () => {
      if (!this.#closed.signal.aborted) this.#onLost();
    });
  }

  /** Rejects when the link is closed. */
  async #untilClosed(): Promise<never> {
    const { signal } = this.#closed;
    const { promise, reject } = Promise.withResolvers<never>();
    signal.addEventListener('abort', () => reject(signal.reason));
    return promise;
  }
}

const unreachable: CallEnd = { reason: 'UNAVAILABLE: the connection is gone', isNoLeader: false };

/** Of a call that was cut nobody says how it ended. */
function endOf({ ended }: SimCall): CallEnd {
  if (ended === undefined) return unreachable;
  expect(ended.code, 'how a stream ends').not.toBe(Status.OK);
  return { reason: `${Status[ended.code]}: ${ended.details}`, isNoLeader: false };
}
