// Explored runs of a leader: stores tell it of their regions, followers come, stay, leave and come back, and its process
// dies and begins again, with what it had on disk or, once, with a backup of that.

import { ByteWriter } from '@syncline/protobuf/byte-writer.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import { Status } from 'nice-grpc-common';
import { expect } from 'vitest';
import { firstOfTerm } from '../../log/index.ts';
import { readFrame } from '../../wire/frame.ts';
import { heartbeatOf, type Said } from './heartbeats.ts';
import { JudgedRegions } from './judged-regions.ts';
import { clusterId, smallLimits } from './leader-world.ts';
import { LeadingProcess } from './leading-process.ts';
import { ModelDisk } from './model-disk.ts';
import type { ModelFollower } from './model-follower.ts';
import type { Folds } from './model-replica.ts';
import { ModelStores } from './model-stores.ts';
import { SimCall, type SimCallEnds } from './sim-call.ts';

const limits = {
  ...smallLimits,
  snapshotFrame: { records: 2, bytes: 1 << 16 },
  logFrame: { records: 2, bytes: 1 << 16 },
  turnMs: 1,
  attempts: 2,
};

/** How long nobody is sent anything between two looks: keepalives are due, and whoever takes nothing is stalled. */
export const quietMs: number = Math.max(limits.keepaliveMs, limits.stallMs);

/** Frames in the transport: the two that it takes, and one that filled it. */
const mostInFlight = 3;

/** How a follower takes part. */
export type Kind = 'ours' | 'pd';

export class SyncWorld {
  readonly stores: ModelStores;
  readonly #sim: Simulation;
  readonly #judged = new JudgedRegions();
  readonly #folds: Folds = new Map([[0, '']]);
  /** By follower. */
  readonly #hangUps: Map<string, () => void> = new Map();
  readonly #heard = { recorded: 0, repeated: 0, stale: 0 };
  #disk = new ModelDisk();
  #backup: ModelDisk | undefined;
  #histories = 0;
  #leader: LeadingProcess;

  constructor(sim: Simulation) {
    this.#sim = sim;
    this.stores = new ModelStores(sim, (said) => this.#hear(said));
    this.#leader = this.#begin(false);
  }

  /** Who leads now. */
  get leader(): LeadingProcess {
    return this.#leader;
  }

  /** Counts the histories of the leader: another one begins with a backup. */
  get history(): number {
    return this.#histories;
  }

  /** This follower has a stream, and another one each time that it ends. */
  join(name: string, follower: ModelFollower, kind: Kind, reads = true): void {
    const sim = this.#sim;
    let isOver = false;
    const again = () => {
      if (isOver) return;
      isOver = true;
      follower.over();
      sim.schedule(`${name} comes back`, async () => {
        for (let longer = sim.choose(4) * 4; longer > 0; longer -= 1) await sim.pause(`${name} is away`);
        this.join(name, follower, kind, reads);
      });
    };
    const call: SimCall = this.call(name, {
      reads,
      receive: (message) => {
        if (!isOver) follower.receive(message);
      },
      over: () => {
        if (call.ended !== undefined) expect(call.ended.code, 'how a stream ends').not.toBe(Status.OK);
        again();
      },
    });
    const hangUp = () => {
      if (isOver) return;
      call.cancel();
      again();
    };
    this.#hangUps.set(name, hangUp);
    follower.begin(hangUp);
    this.#leader.join(call, {
      clusterId,
      member: { ...member, name },
      startIndex: follower.asks,
      ours: kind === 'ours',
      takesDeltas: kind === 'ours',
      term: follower.term,
    });
  }

  /** A call for a stream of this follower. What is sent on it is durable, and never more than two frames wait. */
  call(name: string, ends: Omit<SimCallEnds, 'sees'>): SimCall {
    const call = new SimCall(this.#sim, name, { ...ends, sees: (message) => this.#expectDurable(message) });
    this.#sim.invariant(`${name} is sent two frames at a time`, () => call.inFlight <= mostInFlight);
    return call;
  }

  /** This follower, if it has a stream, gives it up and comes back. */
  hangUp(name: string): void {
    this.#hangUps.get(name)?.();
  }

  /** The leader's process dies, and another one begins with what it had on disk. */
  restart(): void {
    this.#leader.die();
    this.#leader = this.#begin(this.#leader.isFromBackup);
  }

  backUp(): void {
    this.#backup ??= this.#disk.copy();
  }

  /** The leader's disk is lost, and another process begins with what was backed up. */
  restore(): void {
    if (this.#backup === undefined) return;
    this.#leader.die();
    this.#disk = this.#backup.copy();
    this.#histories += 1;
    this.#leader = this.#begin(true);
  }

  /** The stores have told everything, and the leader has the regions that they have. */
  expectAll(): void {
    const { regions } = this.#leader.replica;
    this.#leader.expectKnown();
    this.#judged.expectSame(regions);
    this.#judged.expectAll(this.stores.regions);
  }

  #begin(isFromBackup: boolean): LeadingProcess {
    const process = new LeadingProcess(this.#sim, this.#disk, this.#folds, isFromBackup, limits);
    this.#judged.goBackTo(process.replica.found);
    this.#judged.expectSame(process.replica.regions);
    Object.assign(this.#heard, { recorded: 0, repeated: 0, stale: 0 });
    return process;
  }

  /** A heartbeat arrives: what becomes of it is what PD's rules say. */
  #hear(said: Said): void {
    const { intake, replica } = this.#leader;
    const fate = this.#judged.judge(said);
    const answer = intake.take(heartbeatOf(said));
    this.#heard[fate] += 1;
    expect(intake.counts, `of ${JSON.stringify(said)}, which is ${fate}`).toMatchObject(this.#heard);
    expect(answer?.message.startsWith('region is stale') ?? false).toBe(fate === 'stale');
    if (fate !== 'recorded') return;
    this.#judged.record(said, replica.next);
    this.#judged.expectSame(replica.regions);
    this.#leader.write();
  }

  /** Nothing is sent that the leader could forget. */
  #expectDurable(message: Uint8Array): void {
    const { startIndex, previous, run } = readFrame(message, { blocks: 100, bytes: 1 << 20 }, converted);
    const end = startIndex < firstOfTerm(1) ? previous : startIndex + run.count;
    expect(end, 'what is sent').toBeLessThanOrEqual(this.#leader.replica.durable);
  }
}

const converted = new ByteWriter(64);

const member = {
  name: '',
  memberId: 1n,
  peerUrls: [],
  clientUrls: ['http://f'],
  leaderPriority: 0,
  deployPath: '',
  binaryVersion: '',
  gitHash: '',
  dcLocation: '',
};
