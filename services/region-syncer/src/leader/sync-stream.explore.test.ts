import { explore, type Simulation } from '@syncline/testkit/explorer.ts';
import { expect, test } from 'vitest';
import { firstOfTerm } from '../log/index.ts';
import type { ModelRegion } from '../regions/regions.fixture.ts';
import { ByteWriter } from '../wire/byte-writer.ts';
import { readFrame } from '../wire/frame.ts';
import { Places } from './places.ts';
import { SharedFrames } from './shared-frames.ts';
import { StreamCounts } from './stream-counts.ts';
import type { SyncParts } from './sync-parts.ts';
import { SyncStream } from './sync-stream.ts';
import { Turns } from './turns.ts';
import { clusterId, smallLimits } from './world/leader-world.ts';
import type { ModelFollower } from './world/model-follower.ts';
import { ModelReplica } from './world/model-replica.ts';
import { OurFollower } from './world/our-follower.ts';
import { PdFollower } from './world/pd-follower.ts';
import { SimCall } from './world/sim-call.ts';

const limits = {
  ...smallLimits,
  snapshotFrame: { records: 2, bytes: 1 << 16 },
  logFrame: { records: 2, bytes: 1 << 16 },
  turnMs: 1,
  attempts: 2,
};

/** A leader whose followers come, stay, leave and come back while it makes records. */
class World {
  readonly replica: ModelReplica;
  readonly counts = new StreamCounts();
  readonly #sim: Simulation;
  readonly #parts: SyncParts;
  readonly #turns: Turns;
  readonly #streams: Set<SyncStream> = new Set();
  #mayReturn = true;

  constructor(sim: Simulation) {
    this.#sim = sim;
    this.replica = new ModelReplica(sim, () => this.#turns.wake(this.#streams));
    const { clock } = sim;
    this.#turns = new Turns(clock, limits.turnMs, (run) => sim.schedule('turn', run));
    const places = new Places({ most: 1, queue: 5, waitMs: Number.POSITIVE_INFINITY }, clock);
    const frames = new SharedFrames();
    this.#parts = {
      replica: this.replica,
      clusterId,
      limits,
      clock,
      places,
      frames,
      counts: this.counts,
      traces: undefined,
      maySend: () => true,
    };
  }

  /** This follower has a stream, and another one each time it ends. */
  join(name: string, follower: ModelFollower, as: 'ours' | 'pd'): void {
    const call: SimCall = new SimCall(this.#sim, name, {
      sees: (message) => this.#expectDurable(message),
      receive: (message) => {
        if (!call.signal.aborted || call.ended !== undefined) follower.receive(message);
      },
      over: () => {
        follower.over();
        this.#sim.schedule(`${name} comes back`, () => this.join(name, follower, as));
      },
    });
    const request = {
      clusterId,
      member: { ...member, name },
      startIndex: follower.asks,
      ours: as === 'ours',
      takesDeltas: as === 'ours',
      term: 0,
    };
    const stream = new SyncStream(call, request, false, this.#parts, {
      wake: (woken) => this.#turns.wake([woken]),
      closed: (closed) => {
        this.#streams.delete(closed);
        this.#turns.forget(closed);
      },
      fault: (_, error) => {
        throw error;
      },
    });
    this.#streams.add(stream);
    this.#sim.invariant(`${name} is sent two frames at a time`, () => call.inFlight <= 3);
    this.#sim.schedule(`${name} is looked at`, () => stream.look(limits.keepaliveMs));
    this.#sim.schedule(`${name} is looked at again`, () => stream.look(limits.keepaliveMs));
    if (this.#mayReturn && this.#sim.choose(3) === 1)
      this.#sim.schedule(`${name} hangs up`, () => {
        if (call.signal.aborted) return;
        call.cancel();
        follower.over();
        this.#sim.schedule(`${name} comes back`, () => this.join(name, follower, as));
      });
    this.#turns.wake([stream]);
  }

  /** Nothing is sent that the leader could forget. */
  #expectDurable(message: Uint8Array): void {
    const { startIndex, previous, run } = readFrame(message, { blocks: 100, bytes: 1 << 20 }, converted);
    const end = startIndex < firstOfTerm(1) ? previous : startIndex + run.count;
    expect(end, 'what is sent').toBeLessThanOrEqual(this.replica.durable);
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

/** A region that may lie over others. */
function anyRegion(sim: Simulation): ModelRegion {
  const start = sim.choose(4);
  return {
    id: BigInt(1 + sim.choose(5)),
    start: Buffer.from(String(start)),
    end: Buffer.from(String(start + 1 + sim.choose(4 - start))),
    confVer: 1n,
    version: 1n,
    leader: 1n,
    load: BigInt(sim.choose(1_000)),
  };
}

function run(as: 'ours' | 'pd'): (sim: Simulation) => Promise<void> {
  return async (sim) => {
    const world = new World(sim);
    const { replica } = world;
    for (let i = sim.choose(4); i > 0; i -= 1) replica.record(anyRegion(sim));
    replica.commit();
    const followers = ['a', 'b'].map((name) => {
      const follower =
        as === 'ours'
          ? new OurFollower(replica, (later) => sim.schedule(`${name} completes`, later))
          : new PdFollower(replica);
      sim.schedule(`${name} joins`, () => world.join(name, follower, as));
      return follower;
    });
    const record = () => {
      replica.record(anyRegion(sim));
      sim.schedule('append', () => replica.append(), 1_000);
      sim.schedule('commit', () => replica.commit(), 1_000);
    };
    for (let i = sim.choose(12); i > 0; i -= 1) sim.schedule('record', record);
    for (let i = sim.choose(4); i > 0; i -= 1) sim.schedule('trim', () => replica.trim(1 + sim.choose(5)));
    if (sim.choose(3) === 1) sim.schedule('term', () => replica.startTerm());
    await sim.settled();
    for (const follower of followers) follower.check();
    expect(replica.pins).toBe(0);
  };
}

test('one of ours has what the leader has, after every frame, whatever comes between', async () => {
  await explore({ name: 'sync-ours', seeds: 1_000, budgetMs: 8_000, atLeast: 200, run: run('ours') });
});

test('a PD has what the leader has, after every frame, whatever comes between', async () => {
  await explore({ name: 'sync-pd', seeds: 1_000, budgetMs: 8_000, atLeast: 200, run: run('pd') });
});
