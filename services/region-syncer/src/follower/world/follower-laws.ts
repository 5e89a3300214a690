// What must hold of an explored follower after every step (region-syncer.md 7.8). Invariants: what it holds is what its index
// says, in the history of its leader; while a process lives no index and no term goes back; it takes nothing while its disk
// lags; it asks for all regions only when it has cause to, and then until it has them; each record received is accounted for.

import type { Liveness } from '@syncline/runtime/liveness.ts';
import type { StopSignal } from '@syncline/runtime/stop-signal.ts';
import { expect } from 'vitest';
import { recordsBetween } from '../../leader/lag.ts';
import type { LeadingProcess } from '../../leader/world/leading-process.ts';
import { textOf } from '../../leader/world/model-replica.ts';
import type { Kind, SyncWorld } from '../../leader/world/sync-world.ts';
import type { Replica } from '../../replica/replica.ts';
import type { Follower } from '../follower.ts';
import type { FollowerMember } from '../follower-member.ts';
import type { Phase } from '../state.ts';
import { OwedSnapshot } from './owed-snapshot.ts';

/** A process that follows. */
export interface Following {
  readonly replica: Replica;
  readonly follower: Follower;
  readonly member: FollowerMember;
  readonly stop: StopSignal;
  readonly liveness: Liveness;
}

/** Whom its stream was asked of, how far that one was, and in which history. */
interface Joined {
  readonly leader: LeadingProcess;
  readonly target: number;
  readonly history: number;
}

/** How a disk lagged, what it had done until then, and what had been received. */
interface Lagging {
  readonly did: number;
  readonly received: number;
}

export class FollowerLaws {
  readonly owed: OwedSnapshot;
  readonly #world: SyncWorld;
  readonly #kind: Kind;
  #joined: Joined | undefined;
  /** Whose regions the copy has; undefined while nobody knows. */
  #history: number | undefined = 0;
  #next = 0;
  #durable = 0;
  #term = 0;
  #snapshots = 0;
  #lagging: Lagging | undefined;
  /** It was told of a digest that its leader has not: it may doubt what it holds at any time from then on. */
  #isMisled = false;
  /** It was reset, and has not taken all regions since. */
  #wasReset = false;

  /** `kind`: how its leader speaks. */
  constructor(world: SyncWorld, kind: Kind) {
    this.owed = new OwedSnapshot(kind);
    this.#world = world;
    this.#kind = kind;
  }

  /** A process begins: it has all that was durable, as the leader had it. */
  found(replica: Replica): void {
    if (this.#isComparable) {
      // Of a term without a record only its number is on disk.
      const position = Math.max(replica.next, this.#durable);
      if (position > 0)
        expect(textOf(replica.regions), `regions at ${position}`).toBe(this.#textAt(position));
    }
    this.#next = replica.next;
    this.#durable = replica.durable;
    this.#term = replica.term;
    this.#snapshots = 0;
    this.#lagging = undefined;
  }

  /** It is told of a digest that its leader has not. */
  misleads(): void {
    this.#isMisled = true;
  }

  /** The process is reset; terms that it has seen count no more. */
  resets({ follower }: Following): void {
    this.owed.reset(isFlipping(follower));
    // The next process may find it kept though it was not confirmed.
    this.#wasReset = true;
    this.#term = 0;
  }

  /** A stream is asked for. */
  asks(index: number, { follower, replica }: Following): void {
    this.owed.asks(index, follower.state, follower.tally.snapshots.count);
    const mayDoubt = this.#isMisled || this.#wasReset || !this.#isComparable;
    if (this.#kind === 'ours' && !mayDoubt)
      expect(index, 'what is asked for').toBe(replica.source.kind === 'none' ? 0 : replica.next);
  }

  /** The leader has heard of it. */
  joins(leader: LeadingProcess): void {
    this.#joined = { leader, target: leader.replica.durable, history: this.#world.history };
  }

  /** The process dies, if there was one. */
  dies(following: Following | undefined): void {
    const flips = following !== undefined && isFlipping(following.follower);
    this.owed.dies(flips);
    if (flips && this.#joined?.history !== this.#history) this.#history = undefined;
    this.#joined = undefined;
  }

  check(following: Following): void {
    const { follower, replica, stop } = following;
    if (stop.failure !== undefined) throw stop.failure;
    this.#checkLedger(following);
    this.#checkDisk(following);
    const { count } = follower.tally.snapshots;
    this.owed.taken(count);
    if (count > this.#snapshots) this.#flipped(count);
    const { term } = follower.state.held;
    expect(term, 'its term').toBeGreaterThanOrEqual(this.#term);
    // A flip that was under way when it was reset brings its term with it.
    if (!follower.state.forced) expect(replica.term, 'the term of its copy').toBe(term);
    this.#term = term;
    if (!this.#isComparable) return;
    expect(replica.next, 'its index').toBeGreaterThanOrEqual(this.#next);
    expect(replica.durable, 'what is durable').toBeGreaterThanOrEqual(this.#durable);
    this.#next = replica.next;
    this.#durable = replica.durable;
    this.#checkRegions(replica);
    this.#checkReadiness(following);
  }

  /** Nothing moves any more: it has what its leader has. */
  end({ follower, member, replica }: Following): void {
    const { lineage, regions } = this.#world.leader.replica;
    expect(follower.state.phase.kind, follower.state.detail).toBe('live');
    expect(member.freshness.ready, member.freshness.reason).toBe(true);
    expect(recordsBetween(replica.next, lineage.next, lineage.terms()), 'records it lacks').toBe(0);
    expect(replica.digest.equals(regions.digest), 'digests are equal').toBe(true);
    // Statistics are in no digest, so one that went astray may have others until the next record of a region.
    if (this.#isComparable) expect(textOf(replica.regions)).toBe(textOf(regions));
    expect(replica.durable).toBe(replica.next);
    expect(this.owed.isNothing, 'a reset is over').toBe(true);
  }

  /** The copy is of the history that there is. */
  get #isComparable(): boolean {
    return this.#history === this.#world.history;
  }

  #textAt(position: number): string | undefined {
    return this.#world.leader.replica.folds.get(position);
  }

  #flipped(snapshots: number): void {
    this.#snapshots = snapshots;
    if (this.owed.isNothing) this.#wasReset = false;
    if (this.#joined === undefined || this.#joined.history === this.#history) return;
    this.#history = this.#joined.history;
    this.#next = this.#durable = 0;
  }

  #checkLedger({ follower, replica, liveness }: Following): void {
    const { pending } = follower.tally.ledger;
    expect(pending, 'records that nothing has become of').toBeGreaterThanOrEqual(0);
    const isBetweenFrames = liveness.phases().every(({ phase }) => phase === 'idle');
    if (!isBetweenFrames || isFilling(follower.state.phase)) return;
    expect(pending, 'records between two frames').toBe(0);
    if (!replica.isMixed) expect(follower.state.held.next, 'its index').toBe(replica.next);
  }

  /** While the disk refuses, or has too much to write, no frame is begun. */
  #checkDisk({ follower, replica }: Following): void {
    const { received } = follower.tally.ledger;
    const { count, failed } = replica.status().commits;
    const did = count + failed;
    const isLagging = replica.pressed || replica.degraded !== undefined;
    if (isLagging && this.#lagging?.did === did)
      expect(received, 'what is taken while the disk lags').toBe(this.#lagging.received);
    this.#lagging = isLagging ? { did, received } : undefined;
  }

  #checkRegions({ regions, next, source, isMixed }: Replica): void {
    if (source.kind === 'none') expect(textOf(regions), 'regions before the first snapshot').toBe('');
    else if (!isMixed) expect(textOf(regions), `regions at ${next}`).toBe(this.#textAt(next));
  }

  /** Ready is live, complete and written, and no less than the leader had when it was asked. */
  #checkReadiness({ follower, member, replica }: Following): void {
    if (!member.freshness.ready) return;
    expect(follower.state.phase.kind).toBe('live');
    expect(replica.source.kind).not.toBe('none');
    expect(replica.isMixed).toBe(false);
    expect(replica.degraded).toBeUndefined();
    // A PD's frames of records are full of a thousand while there are more to come; these are of two.
    if (this.#kind === 'pd' || this.#joined === undefined || this.#joined.leader.isDead) return;
    const { leader, target } = this.#joined;
    const { lineage } = leader.replica;
    expect(recordsBetween(replica.next, target, lineage.terms()), 'lacked when ready').toBeLessThanOrEqual(0);
  }
}

function isFlipping({ state }: Follower): boolean {
  return state.phase.kind === 'completing';
}

/** A second generation has what is not counted yet. */
function isFilling({ kind }: Phase): boolean {
  return kind === 'snapshot' || kind === 'catching-up' || kind === 'completing';
}
