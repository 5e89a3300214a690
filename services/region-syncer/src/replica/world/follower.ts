// For the explorer: a follower that is told of a leader's records, snapshots and changes in any way there is, while
// leaders are lost and it is killed itself.

import { faultOf } from '@syncline/sqlite/store-fault.ts';
import { StoreDeadlineError } from '@syncline/sqlite/store-thread.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import { firstOfTerm, termOf } from '../../log/index.ts';
import type { ModelRegion } from '../../regions/regions.fixture.ts';
import type { Incoming } from '../incoming.ts';
import { member as ownMember, runOf } from '../replica.fixture.ts';
import type { Origin } from '../standing.ts';
import { History, type HistoryRecord } from './history.ts';
import type { Life } from './processes.ts';
import { World } from './world.ts';

/** The leaders' member ids, one after the other. */
const firstLeader = 100n;

export class SimulatedFollower {
  readonly world: World;
  readonly #sim: Simulation;
  readonly #kind: Origin['kind'];
  #leader: History;
  #member = firstLeader;
  /** It leads, and is told nothing any more. */
  #isPromoted = false;
  #left: number;

  /** `acts`: how much happens. */
  constructor(sim: Simulation, kind: Origin['kind'], acts: number) {
    this.#sim = sim;
    this.#kind = kind;
    this.#left = acts;
    const admission = kind === 'ours' ? 'all' : 'judged';
    this.world = new World(sim, admission);
    this.#leader = new History(kind === 'ours' ? firstOfTerm(1) : 7, [], admission);
  }

  /** A process begins, and follows. */
  async live(): Promise<void> {
    const { world } = this;
    const life = await world.begin();
    if (life === undefined) return;
    this.#isPromoted = this.#kind === 'foreign' && life.replica.source.kind === 'ours';
    while (this.#left > 0 && !life.signal.aborted && !this.#isPromoted) {
      this.#left--;
      await world.unlessDead(life.signal, this.#act(life));
    }
  }

  async restart(): Promise<void> {
    this.world.die();
    await this.live();
  }

  /** What was taken is on disk, and it is what the leader has at this index. */
  async expectWhole(): Promise<void> {
    const { world } = this;
    const { life } = world;
    if (life === undefined) throw new Error('there is no process');
    const { replica } = life;
    const { next, durable, digest } = replica;
    if (durable !== next) throw new Error(`${durable} is durable, and ${next} is next`);
    if (replica.degraded !== undefined || replica.pressed) throw new Error('the disk works again');
    const isDirty = next < world.dirtyUntil;
    world.die();
    const again = await world.begin();
    if (again === undefined || again.replica.end > next || again.replica.next < replica.end)
      throw new Error(`${next} was durable, ${again?.replica.next} is found`);
    if (!isDirty && !again.replica.digest.equals(digest)) throw new Error('the digests differ');
  }

  async #act(life: Life): Promise<void> {
    switch (this.#sim.choose(9)) {
      case 4:
        return this.#startTerm(life);
      case 5:
        return this.#snapshot(life);
      case 6:
        return this.#kind === 'ours' ? this.#delta(life) : this.#promote(life);
      case 7:
        return this.#failOver(life);
      default:
        this.#grow(1 + this.#sim.choose(4));
        return this.#follow(life);
    }
  }

  #grow(records: number): void {
    for (let count = records; count > 0; count--) {
      const cannotStand = this.#kind === 'foreign' && this.#sim.choose(6) === 5;
      this.#leader.add(cannotStand ? undefined : this.world.someRegion());
    }
  }

  /** One frame, from where it is or, of a PD, from before. */
  async #follow({ replica }: Life): Promise<void> {
    const leader = this.#leader;
    if (this.world.history !== leader) return;
    const back = this.#kind === 'foreign' ? this.#sim.choose(3) : 0;
    const frame = this.#frame(replica.next - back);
    const [head] = frame;
    if (head === undefined) return;
    const run = runOfRecords(frame);
    // Which of them could not stand is not told: within such a frame a record may be there before its index says so.
    if (run.refused > 0) this.world.dirtyUntil = Math.max(this.world.dirtyUntil, head.index + frame.length);
    const { applied, stale, superseded } = await replica.apply(run, head.index, leader.admission);
    if (applied + stale + superseded !== run.count) throw new Error('a record is not accounted for');
  }

  /** Records that follow one another, from the first at or after a position. */
  #frame(position: number): HistoryRecord[] {
    const first = this.#leader.after(position);
    if (first === undefined) return [];
    return this.#leader.between(first.index, first.index + 1 + this.#sim.choose(5));
  }

  /** A term begins, and nothing is recorded in it yet. */
  #startTerm({ replica }: Life): void {
    if (this.#kind === 'foreign') return;
    const leader = this.#leader;
    const before = leader.next;
    leader.startTerm(termOf(before) + 1);
    if (this.world.history !== leader || replica.next !== before || this.#sim.choose(2) === 0) return;
    replica.move(leader.next);
  }

  async #snapshot(life: Life): Promise<void> {
    const { world } = this;
    const leader = this.#leader;
    if (world.history !== leader) world.coming = { history: leader, member: this.#member };
    const incoming = life.replica.begin();
    let isLost = false;
    const lose = () => {
      isLost = true;
      incoming.drop();
    };
    if (this.#sim.choose(4) === 3) this.#sim.schedule('the leader is lost', lose);
    try {
      const position = await this.#fill(incoming, leader);
      if (position === undefined) incoming.drop();
      else {
        await incoming.complete(position, { kind: this.#kind, member: this.#member });
        if (!life.signal.aborted) world.replaced(leader);
      }
    } catch (error) {
      incoming.drop();
      if (!isLost && faultOf(error) === undefined && !(error instanceof StoreDeadlineError)) throw error;
    }
    if (!life.signal.aborted) world.coming = undefined;
  }

  /** Gives the position that it stands for; undefined when the leader is lost before. */
  async #fill(incoming: Incoming, leader: History): Promise<number | undefined> {
    const regions = [...leader.at(leader.next)];
    let position = leader.next;
    while (regions.length > 0) {
      await incoming.stage(runOf(regions.splice(0, 1 + this.#sim.choose(3))));
      if (this.#sim.choose(3) === 2) this.#grow(1);
      if (this.#sim.choose(12) === 11) return undefined;
    }
    for (let frames = this.#sim.choose(4); frames > 0; frames--) {
      const frame = this.#frame(position);
      const [head] = frame;
      if (head === undefined) break;
      await incoming.catchUp(runOfRecords(frame), head.index, leader.admission);
      position = head.index + frame.length;
      this.#grow(this.#sim.choose(2));
    }
    return position;
  }

  /** What changed, region by region; sometimes the leader is lost in the middle of it. */
  async #delta({ replica, signal }: Life): Promise<void> {
    const leader = this.#leader;
    const { next } = replica;
    this.#grow(this.#sim.choose(4));
    if (this.world.history !== leader || replica.source.kind !== 'ours' || next === leader.next) return;
    const end = leader.next;
    const { changed, removed } = changesOf(leader, next, end);
    this.world.dirtyUntil = Math.max(this.world.dirtyUntil, end);
    const half = this.#sim.choose(changed.length + 1);
    await replica.delta(runOf(changed.slice(0, half)), removed, end, signal);
    if (this.#sim.choose(3) === 2) return;
    await replica.delta(runOf(changed.slice(half)), new BigUint64Array(0), end, signal);
    if (!signal.aborted) replica.rebase(end);
  }

  /** Another leader has only a part of the history, and goes on from there. */
  #failOver({ replica }: Life): void {
    const { world } = this;
    const before = this.#leader;
    this.#member++;
    if (this.#kind === 'foreign') {
      this.#leader = new History(this.#sim.choose(20), before.at(before.next), 'judged');
      return;
    }
    const { positions } = before;
    const position = positions[positions.length - 1 - this.#sim.choose(Math.min(4, positions.length))];
    if (position === undefined) return;
    this.#leader = before.truncated(position);
    this.#leader.startTerm(termOf(before.next) + 1);
    const isPart = replica.next <= position && world.dirtyUntil <= position;
    if (world.history === before && isPart) world.history = this.#leader;
    this.#grow(this.#sim.choose(3));
  }

  /** It leads from now on, with what it has of a PD. */
  async #promote({ replica, signal }: Life): Promise<void> {
    const { world } = this;
    if (replica.source.kind !== 'foreign' || this.#sim.choose(4) < 3) return;
    await replica.whenDurable(replica.next, signal);
    const regions = world.history.at(replica.next);
    const history = new History(firstOfTerm(replica.term + 1), regions, 'all');
    world.coming = { history, member: ownMember };
    world.history = world.history.truncated(replica.next);
    world.history.startTerm(replica.term + 1);
    await replica.beginTerm(ownMember, signal);
    if (signal.aborted) return;
    world.replaced(history);
    this.#isPromoted = true;
  }
}

function runOfRecords(records: readonly HistoryRecord[]) {
  const regions = records.flatMap(({ region }) => (region === undefined ? [] : [region]));
  return runOf(regions, records.length - regions.length);
}

/** What records of [from, to) have changed, in the order of the last of each region. */
function changesOf(history: History, from: number, to: number) {
  const last: Map<bigint, number> = new Map();
  for (const { index, region } of history.between(from, to))
    if (region !== undefined) last.set(region.id, index);
  const present = history.at(to);
  const order = ({ id }: ModelRegion) => last.get(id) ?? 0;
  const changed = present.filter(({ id }) => last.has(id)).sort((a, b) => order(a) - order(b));
  const before = [...history.at(from).map(({ id }) => id), ...last.keys()];
  const removed = before.filter((id) => !present.some((region) => region.id === id));
  return { changed, removed: BigUint64Array.from(removed) };
}
