// For the explorer: a follower as its process runs it, on a disk that fails and over links that break, and the process after
// it. What must hold after every step is here. Invariants: what it holds is what its index says, of this leader; no index
// and no term goes back; a reset that was confirmed outlives every kill; each record received is accounted for.

import { quietLogger } from '@syncline/rpc/serve.fixture.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { StopSignal } from '@syncline/runtime/stop-signal.ts';
import { faultOf } from '@syncline/sqlite/store-fault.ts';
import { StoreDeadlineError } from '@syncline/sqlite/store-thread.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect } from 'vitest';
import { Identity } from '../../cluster/identity.ts';
import { recordsBetween } from '../../leader/lag.ts';
import { clusterId } from '../../leader/world/leader-world.ts';
import type { LeadingProcess } from '../../leader/world/leading-process.ts';
import { textOf } from '../../leader/world/model-replica.ts';
import type { Kind, SyncWorld } from '../../leader/world/sync-world.ts';
import { type Life, Processes } from '../../replica/world/processes.ts';
import { Follower } from '../follower.ts';
import { FollowerMember } from '../follower-member.ts';
import type { FollowerSettings } from '../follower-parts.ts';
import type { Phase } from '../state.ts';
import { OwedSnapshot } from './owed-snapshot.ts';
import { SimLeaderLink } from './sim-leader-link.ts';

const silenceMs = 10_000;
const clientUrls = ['http://f'];

const settings: FollowerSettings = {
  plan: { trustForeign: false },
  silenceMs,
  retry: { initialMs: 10, maxMs: 100, factor: 2, jitter: 1, resetAfterMs: 1_000 },
  applyFrames: 2,
  frameDeadlineMs: 10_000,
  frame: { blocks: 100, bytes: 1 << 20 },
};

/** A process that follows. */
interface Following extends Life {
  readonly follower: Follower;
  readonly member: FollowerMember;
  readonly stop: StopSignal;
  readonly liveness: Liveness;
  /** Its time but for the disk's: the run says how much of it goes by. */
  readonly awake: VirtualClock;
}

/** Whom its stream was asked of, and how far that one was. */
interface Joined {
  readonly leader: LeadingProcess;
  readonly target: number;
}

export class FollowingProcess {
  readonly #sim: Simulation;
  readonly #world: SyncWorld;
  readonly #kind: Kind;
  readonly #processes: Processes;
  readonly #owed: OwedSnapshot;
  #following: Following | undefined;
  #link: SimLeaderLink | undefined;
  #joined: Joined | undefined;
  #next = 0;
  #durable = 0;
  #term = 0;

  /** `kind`: how its leader speaks. */
  constructor(sim: Simulation, world: SyncWorld, kind: Kind) {
    this.#sim = sim;
    this.#kind = kind;
    this.#world = world;
    this.#processes = new Processes(sim);
    this.#owed = new OwedSnapshot(kind);
    sim.invariant('a follower has what its index says', () => this.#check());
  }

  /** A process begins, with what is on the disk, and follows. */
  async begin(): Promise<void> {
    const life = await this.#processes.begin();
    if (life === undefined) return;
    this.#found(life);
    const { replica, store, signal } = life;
    const { clock, rng } = this.#sim;
    const kept = { clusterId, memberId: 5n };
    const identity = new Identity(
      { clusterId: undefined, memberId: undefined, name: 'follower' },
      kept,
      store,
      rng,
    );
    const stop = new StopSignal();
    const awake = new VirtualClock();
    const liveness = new Liveness(clock);
    const starting = Follower.start({
      replica,
      identity,
      store,
      leaderAddresses: ['leader:1'],
      openLink: () => this.#opened(),
      clientUrls,
      settings,
      clock,
      awake,
      rng,
      logger: quietLogger(),
      stop,
      liveness,
    });
    const follower = await this.#processes.unlessDead(signal, starting);
    if (follower === undefined) return;
    const member = new FollowerMember({ follower, replica, identity, clientUrls, silenceMs, clock });
    this.#following = { ...life, follower, member, stop, awake, liveness };
  }

  /** It dies, and another one begins. */
  async restart(): Promise<void> {
    this.#dies();
    await this.begin();
  }

  /** So much time goes by: what it waits for is due, and silence is noticed. */
  pass(ms: number): void {
    this.#following?.awake.advance(ms);
  }

  /** The operator wants all regions taken anew, and leaders of any term followed. */
  async reset(): Promise<void> {
    if (this.#following === undefined) return;
    const { follower, signal } = this.#following;
    this.#owed.reset();
    this.#term = 0;
    try {
      await this.#processes.unlessDead(signal, follower.reset('test', this.#sim.signal));
      if (!signal.aborted) this.#owed.kept();
    } catch (error) {
      if (faultOf(error) === undefined && !(error instanceof StoreDeadlineError)) throw error;
    }
  }

  /** Nothing moves, and the disk works: what it wanted to keep is kept. */
  rest(): void {
    this.#owed.kept();
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

  /** Nothing moves any more: it has what the leader has, and so has the process after it. */
  async end(): Promise<void> {
    const { follower, member, replica } = this.#lives();
    const { isFromBackup, replica: leading } = this.#world.leader;
    expect(follower.state.phase.kind, follower.state.detail).toBe('live');
    expect(member.freshness.ready, member.freshness.reason).toBe(true);
    const { next, digest, term } = replica;
    expect(recordsBetween(next, leading.lineage.next, leading.lineage.terms()), 'records it lacks').toBe(0);
    expect(replica.digest.equals(leading.regions.digest), 'digests are equal').toBe(true);
    // Statistics are in no digest, so one that went astray may have others until the next record of a region.
    if (!isFromBackup) expect(textOf(replica.regions)).toBe(textOf(leading.regions));
    expect(follower.tally.ledger.pending).toBe(0);
    expect(follower.state.held.next).toBe(next);
    expect(replica.durable).toBe(next);
    this.#owed.expectNothing();
    this.#dies();
    const again = await this.#processes.begin();
    if (again === undefined) throw new Error('nothing kills this one');
    expect(again.replica.next, 'what was durable').toBeLessThanOrEqual(next);
    expect(again.replica.digest.equals(digest), 'digests are equal').toBe(true);
    expect(again.replica.term, 'the term').toBe(term);
    this.#processes.die();
  }

  #opened(): SimLeaderLink {
    expect(this.#link?.isClosed ?? true, 'the link before is closed').toBe(true);
    this.#link = new SimLeaderLink(this.#sim, this.#world, this.#kind, {
      asks: (index) => this.#owed.asks(index, this.#following?.follower.tally.snapshots.count ?? 0),
      joins: (leader) => {
        this.#joined = { leader, target: leader.replica.durable };
      },
    });
    return this.#link;
  }

  #dies(): void {
    const following = this.#following;
    this.#following = undefined;
    this.#link = undefined;
    this.#joined = undefined;
    const isFlipping = following?.follower.state.phase.kind === 'completing';
    this.#owed.dies(isFlipping);
    // It ends at once: none of what it does at its end reaches the disk.
    void following?.follower[Symbol.asyncDispose]();
    this.#processes.die();
  }

  /** What a process begins with: all that was durable, as the leader had it. */
  #found({ replica }: Life): void {
    if (!this.#world.leader.isFromBackup) {
      // Of a term without a record only its number is on disk.
      const { folds } = this.#world.leader.replica;
      const position = Math.max(replica.next, this.#durable);
      if (position > 0) expect(textOf(replica.regions), `regions at ${position}`).toBe(folds.get(position));
    }
    this.#next = replica.next;
    this.#durable = replica.durable;
    this.#term = replica.term;
  }

  #check(): void {
    this.#processes.expectUnbroken();
    if (this.#following === undefined) return;
    const { follower, member, replica, stop, liveness } = this.#following;
    if (stop.failure !== undefined) throw stop.failure;
    const { pending } = follower.tally.ledger;
    expect(pending, 'records that nothing has become of').toBeGreaterThanOrEqual(0);
    const { phase } = follower.state;
    if (liveness.phases().every((loop) => loop.phase === 'idle') && !isFilling(phase)) {
      expect(pending, 'records between two frames').toBe(0);
      if (!replica.isMixed) expect(follower.state.held.next, 'its index').toBe(replica.next);
    }
    this.#owed.taken(follower.tally.snapshots.count);
    const { term } = follower.state.held;
    expect(term, 'its term').toBeGreaterThanOrEqual(this.#term);
    // A flip that was under way when it was reset brings its term with it.
    if (!follower.state.forced) expect(replica.term, 'the term of its copy').toBe(term);
    this.#term = term;
    if (this.#world.leader.isFromBackup) return;
    expect(replica.next, 'its index').toBeGreaterThanOrEqual(this.#next);
    expect(replica.durable, 'what is durable').toBeGreaterThanOrEqual(this.#durable);
    this.#next = replica.next;
    this.#durable = replica.durable;
    this.#expectSame(replica);
    if (this.#joined === undefined || phase.kind !== 'live' || !member.freshness.ready) return;
    const { leader, target } = this.#joined;
    if (!leader.isDead)
      expect(
        recordsBetween(replica.next, target, leader.replica.lineage.terms()),
        'lacked when ready',
      ).toBeLessThanOrEqual(0);
  }

  #expectSame({ regions, next, source, isMixed }: Life['replica']): void {
    if (source.kind !== 'none' && !isMixed)
      expect(textOf(regions), `regions at ${next}`).toBe(this.#world.leader.replica.folds.get(next));
  }

  #lives(): Following {
    if (this.#following === undefined) throw new Error('no process follows');
    return this.#following;
  }
}

/** A second generation has what is not counted yet. */
function isFilling({ kind }: Phase): boolean {
  return kind === 'snapshot' || kind === 'catching-up' || kind === 'completing';
}
