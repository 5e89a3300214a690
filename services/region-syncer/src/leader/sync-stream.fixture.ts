// For tests of one stream: a leader's copy whose log is as long as the test says, and what a stream works with.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { firstOfTerm } from '../log/index.ts';
import { Lineage } from '../log/lineage.ts';
import { Tail } from '../log/tail.ts';
import { RegionTree } from '../regions/region-tree.ts';
import { blockOf, smallLimits as smallTree } from '../regions/regions.fixture.ts';
import { type Pin, Pins } from '../replica/pins.ts';
import { decodeSyncRequest } from '../wire/sync-request.ts';
import { HeldCall } from './held-call.fixture.ts';
import type { LeaderLimits } from './leader-limits.ts';
import { Places } from './places.ts';
import { SharedFrames } from './shared-frames.ts';
import { StreamCounts } from './stream-counts.ts';
import type { EndReason } from './stream-ends.ts';
import type { SyncParts, SyncReplica } from './sync-parts.ts';
import { SyncStream } from './sync-stream.ts';
import { Turns } from './turns.ts';
import { clusterId, smallLimits } from './world/leader-world.ts';
import { type PeerOptions, requestOf } from './world/sync-peer.ts';

const bounds = {
  held: { records: 1_000, bytes: 1 << 20 },
  chunk: { records: 10, bytes: 1 << 16 },
};

/** What is made is durable at once, and in memory until the whole log is forgotten. */
export class LoggedReplica implements SyncReplica {
  readonly term = 1;
  readonly lineage = new Lineage();
  /** Called by each capture, which does not show what it makes. */
  whenCaptured = () => {};
  readonly #regions = new RegionTree(smallTree);
  readonly #pins = new Pins();
  #tail: Tail;

  constructor() {
    this.lineage.start(this.term);
    this.#tail = new Tail(bounds, this.next);
  }

  get next(): number {
    return this.lineage.next;
  }

  get durable(): number {
    return this.next;
  }

  get first(): number {
    return this.#tail.first;
  }

  get deltaFloor(): number {
    return this.#regions.deltaFloor;
  }

  get digest(): SyncReplica['digest'] {
    return this.#regions.digest;
  }

  /** What readers keep of the log. */
  get pins(): number[] {
    return this.#pins.positions();
  }

  /** The regions 1 to `count`, side by side, change. */
  record(count: number): void {
    const key = (at: number) => Buffer.from(String(at).padStart(5, '0'));
    for (let at = 1; at <= count; at += 1) {
      const { next } = this;
      const version = BigInt(next - firstOfTerm(this.term) + 1);
      const span = { id: BigInt(at), start: key(at), end: key(at + 1) };
      const { bytes, fields } = blockOf({ ...span, confVer: 1n, version, leader: 1n, load: 0n });
      this.#regions.put(bytes, 0, bytes.length, fields, next);
      this.lineage.append(next, next + 1);
      this.#tail.append({ first: next, count: 1, bytes });
    }
  }

  /** The log so far is gone, pinned or not. */
  forget(): void {
    this.#tail = new Tail(bounds, this.next);
  }

  read(position: number, limit: Parameters<SyncReplica['read']>[1]): ReturnType<SyncReplica['read']> {
    return this.#tail.read(position, limit);
  }

  readLog(): Promise<'gone'> {
    return Promise.resolve('gone');
  }

  capture(): ReturnType<SyncReplica['capture']> {
    const captured = { capture: this.#regions.capture(), position: this.next };
    this.whenCaptured();
    return captured;
  }

  captureSince(index: number): ReturnType<SyncReplica['captureSince']> {
    return { ...this.#regions.captureSince(index), position: this.next };
  }

  pin(position: number): Pin {
    return this.#pins.add(position);
  }

  whenDurable(): Promise<void> {
    return Promise.resolve();
  }
}

/** A leader's streams in virtual time. Two frames fill a call that does not take them. */
export class StreamsUnderTest {
  readonly replica = new LoggedReplica();
  readonly clock = new VirtualClock();
  readonly counts = new StreamCounts();
  readonly places: Places;
  mayLead = true;
  readonly ends: EndReason[] = [];
  readonly faults: unknown[] = [];
  readonly turns: Turns;
  readonly #limits: LeaderLimits;
  readonly #frames = new SharedFrames();
  readonly #streams: Set<SyncStream> = new Set();

  constructor(limits: Partial<LeaderLimits> = {}) {
    this.#limits = { ...smallLimits, ...limits };
    this.places = new Places({ most: 1, queue: 1, waitMs: 10_000 }, this.clock);
    this.turns = new Turns(this.clock, this.#limits.turnMs, (run) => void setImmediate(run));
  }

  /** What a stream works with. */
  get parts(): SyncParts {
    const { replica, clock, counts, places } = this;
    return {
      replica,
      clusterId,
      limits: this.#limits,
      clock,
      awake: clock,
      places,
      frames: this.#frames,
      counts,
      traces: undefined,
      maySend: () => this.mayLead,
    };
  }

  /** A follower joins; what it is sent at once is on the call. `takes`: it takes what it is sent. */
  join(asks: PeerOptions, takes = true): HeldCall {
    const call = new HeldCall(40 * 1024);
    call.isTaking = takes;
    const stream = new SyncStream(call, decodeSyncRequest(requestOf(asks)), false, this.parts, {
      wake: (woken) => this.turns.wake([woken]),
      closed: (closed, reason) => {
        this.#streams.delete(closed);
        this.ends.push(reason);
      },
      fault: (_, error) => this.faults.push(error),
    });
    this.#streams.add(stream);
    this.turns.wake([stream]);
    return call;
  }

  /** So many records are made, and told. */
  record(count: number): void {
    this.replica.record(count);
    this.turns.wake(this.#streams);
  }

  /** Everything has happened that needs no time. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
  }
}
