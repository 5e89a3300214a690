// For the explorer: a follower as its process runs it, of a cluster that it knows, on a disk that fails and over links that
// break, and the process after it. What must hold of them is said in follower-laws.ts.

import { FrameKind } from '@syncline/proto/region-frame.ts';
import { quietLogger } from '@syncline/rpc/serve.fixture.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { StopSignal } from '@syncline/runtime/stop-signal.ts';
import { faultOf } from '@syncline/sqlite/store-fault.ts';
import { StoreDeadlineError } from '@syncline/sqlite/store-thread.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { Identity } from '../../cluster/identity.ts';
import { clusterId } from '../../leader/world/leader-world.ts';
import type { Kind, SyncWorld } from '../../leader/world/sync-world.ts';
import { type Life, Processes } from '../../replica/world/processes.ts';
import { emptyFrame, type FrameHead } from '../../wire/frame-writer.ts';
import { Follower } from '../follower.ts';
import { FollowerMember } from '../follower-member.ts';
import type { FollowerSettings } from '../follower-parts.ts';
import { FollowerLaws, type Following } from './follower-laws.ts';
import { SimLeaderLink } from './sim-leader-link.ts';

const silenceMs = 10_000;
const clientUrls = ['http://f'];

const settings: Omit<FollowerSettings, 'plan'> = {
  silenceMs,
  retry: { initialMs: 10, maxMs: 100, factor: 2, jitter: 1, resetAfterMs: 1_000 },
  applyFrames: 2,
  frameDeadlineMs: 10_000,
  frame: { blocks: 100, bytes: 1 << 20 },
};

/** No regions have it: 256 buckets of 8 bytes. */
const wrongDigest = Buffer.alloc(2_048, 1);

interface Living extends Following, Life {
  /** The follower's time; the replica has the run's. */
  readonly awake: VirtualClock;
}

export class FollowingProcess {
  readonly #sim: Simulation;
  readonly #world: SyncWorld;
  readonly #kind: Kind;
  readonly #trustForeign: boolean;
  readonly #processes: Processes;
  readonly #laws: FollowerLaws;
  #living: Living | undefined;
  #link: SimLeaderLink | undefined;

  /** `kind`: how its leader speaks. */
  constructor(sim: Simulation, world: SyncWorld, kind: Kind) {
    this.#sim = sim;
    this.#world = world;
    this.#kind = kind;
    this.#trustForeign = kind === 'pd' && sim.choose(2) === 1;
    this.#processes = new Processes(sim);
    this.#laws = new FollowerLaws(world, kind);
    sim.invariant('a follower keeps to its laws', () => {
      this.#processes.expectUnbroken();
      if (this.#living !== undefined) this.#laws.check(this.#living);
    });
  }

  /** A process begins, with what is on the disk, and follows. */
  async begin(): Promise<void> {
    const life = await this.#processes.begin();
    if (life === undefined) return;
    const { replica, store, signal } = life;
    this.#laws.found(replica);
    const { rng } = this.#sim;
    const wanted = { clusterId: undefined, memberId: undefined, name: 'follower' };
    const identity = new Identity(wanted, { clusterId, memberId: 5n }, store, rng);
    const stop = new StopSignal();
    const awake = new VirtualClock();
    const liveness = new Liveness(awake);
    const starting = Follower.start({
      replica,
      identity,
      store,
      leaderAddresses: ['leader:1'],
      openLink: () => this.#opened(),
      clientUrls,
      settings: { ...settings, plan: { trustForeign: this.#trustForeign } },
      clock: awake,
      awake,
      rng,
      logger: quietLogger(),
      stop,
      liveness,
    });
    const follower = await this.#processes.unlessDead(signal, starting);
    if (follower === undefined) return;
    const parts = { follower, replica, identity, clientUrls, silenceMs, clock: awake };
    this.#living = { ...life, follower, member: new FollowerMember(parts), stop, liveness, awake };
  }

  /** It dies, and another one begins. */
  async restart(): Promise<void> {
    this.#dies();
    await this.begin();
  }

  /** So much time goes by: what it waits for is due, and silence is noticed. */
  pass(ms: number): void {
    this.#living?.awake.advance(ms);
  }

  /** The operator wants all regions taken anew, and leaders of any term followed. */
  async reset(): Promise<void> {
    if (this.#living === undefined) return;
    const { follower, signal } = this.#living;
    this.#laws.resets(this.#living);
    try {
      await this.#processes.unlessDead(signal, follower.reset('test', this.#sim.signal));
      if (!signal.aborted) this.#laws.owed.kept();
    } catch (error) {
      if (faultOf(error) === undefined && !(error instanceof StoreDeadlineError)) throw error;
    }
  }

  /** Nothing moves, and the disk has worked for a while: what it wanted to keep is kept. */
  rest(): void {
    this.#laws.owed.kept();
  }

  /** Its disk fails for a while. */
  breakDisk(): void {
    this.#processes.disk.breakFor();
  }

  breakLink(): void {
    this.#link?.break();
  }

  silenceLink(): void {
    this.#link?.silence();
  }

  spoilMessage(): void {
    this.#link?.spoil();
  }

  skipMessage(): void {
    this.#link?.skip();
  }

  hearError(): void {
    this.#link?.fail();
  }

  /** One who led before says that it leads. */
  hearDeposed(): void {
    const term = (this.#living?.follower.state.held.term ?? 0) - 1;
    if (term > 0) this.#hear({ term });
  }

  /** Its leader's digest is another one than its own. */
  hearOtherDigest(): void {
    this.#laws.misleads();
    this.#hear({ digest: wrongDigest });
  }

  /** Nothing moves any more: it has what the leader has, and so has the process after it. */
  async end(): Promise<void> {
    const living = this.#living;
    if (living === undefined) throw new Error('no process follows');
    this.#laws.end(living);
    this.#dies();
    const again = await this.#processes.begin();
    if (again === undefined) throw new Error('nothing kills this one');
    this.#laws.found(again.replica);
    const { digest, term } = living.replica;
    if (!again.replica.digest.equals(digest)) throw new Error('the digests differ');
    if (again.replica.term !== term) throw new Error(`term ${term} was seen, ${again.replica.term} is found`);
    this.#processes.die();
  }

  /** A keepalive comes that its leader has not sent. */
  #hear(fields: Partial<FrameHead>): void {
    if (this.#living === undefined) return;
    const { next, term } = this.#living.follower.state.held;
    const head = {
      clusterId,
      kind: FrameKind.KEEPALIVE,
      term,
      startIndex: next,
      previous: next,
      leaderNext: next,
    };
    this.#link?.say(emptyFrame({ ...head, ...fields }));
  }

  #opened(): SimLeaderLink {
    if (this.#link?.isClosed === false) throw new Error('the link before is open');
    this.#link = new SimLeaderLink(this.#sim, this.#world, this.#kind, {
      asks: (index) => {
        if (this.#living !== undefined) this.#laws.asks(index, this.#living);
      },
      joins: (leader) => this.#laws.joins(leader),
    });
    return this.#link;
  }

  #dies(): void {
    const living = this.#living;
    this.#laws.dies(living);
    this.#living = undefined;
    this.#link = undefined;
    // It ends at once: none of what it does at its end reaches the disk.
    void living?.follower[Symbol.asyncDispose]();
    this.#processes.die();
  }
}
