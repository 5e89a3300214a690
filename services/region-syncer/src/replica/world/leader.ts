// For the explorer: a leader that is told of regions, captured from, killed, and begins again. Some of its appends have
// the digest with them.

import type { Simulation } from '@syncline/testkit/explorer.ts';
import { firstOfTerm } from '../../log/index.ts';
import { blockOf } from '../../regions/regions.fixture.ts';
import { member } from '../replica.fixture.ts';
import type { Replica } from '../replica.ts';
import type { Life } from './processes.ts';
import { Reader } from './reader.ts';
import { expectSame, World } from './world.ts';

export class SimulatedLeader {
  readonly world: World;
  readonly #sim: Simulation;
  #reader: Reader | undefined;
  /** The newest term that a process was given, or that it has gone on in. */
  #term = 0;
  #isRaising = false;
  /** Where the term begins that was raised last. Without a record nothing on disk but the term itself tells of it. */
  #raised = 0;

  constructor(sim: Simulation) {
    this.#sim = sim;
    this.world = new World(sim, 'all');
  }

  get reader(): Reader | undefined {
    return this.#reader;
  }

  /** A process begins, in a term of its own. */
  async begin(): Promise<void> {
    const { world } = this;
    const life = await world.begin();
    if (life === undefined) return;
    world.history = world.history.truncated(life.replica.next);
    const { signal } = life;
    life.replica.stampDigests(this.#sim.choose(2) * 20);
    const begun = async () => {
      this.#begins(await life.replica.beginTerm(member, signal));
      this.#reader = new Reader(life, () => world.history);
    };
    await world.unlessDead(signal, begun());
  }

  async restart(): Promise<void> {
    this.#reader = undefined;
    this.#isRaising = false;
    this.world.die();
    await this.begin();
  }

  /** Heartbeats, of which the stale ones are refused by both. */
  report(): void {
    const { history, life } = this.world;
    if (life === undefined || this.#reader === undefined) return;
    for (let count = 1 + this.#sim.choose(4); count > 0; count--) {
      const region = this.world.someRegion();
      const { bytes, fields } = blockOf(region);
      const accepted = life.replica.regions.check(bytes, fields, 0, 0) === 'accepted';
      if (accepted !== history.accepts(region)) throw new Error('the rules are other ones');
      if (!accepted) continue;
      life.replica.record(bytes, 0, bytes.length, fields, 0, 0);
      history.add(region);
    }
  }

  /** A follower has seen this term or a higher one: the leader goes on above it, and makes records meanwhile. */
  async raise(): Promise<void> {
    const { life } = this.world;
    if (life === undefined || this.#reader === undefined || this.#isRaising) return;
    const { replica, signal } = life;
    const above = replica.term + this.#sim.choose(3);
    const raised = async () => {
      await replica.raiseTerm(above, signal);
      if (replica.next !== firstOfTerm(above + 1))
        throw new Error(`${replica.next} is not above term ${above}`);
      this.#begins(above + 1);
      this.#raised = replica.next;
      this.#isRaising = false;
    };
    this.#isRaising = true;
    await this.world.unlessDead(signal, raised());
  }

  /** What is captured is of one moment, and seen when it is durable. */
  async capture(): Promise<void> {
    const { life, history } = this.world;
    if (life === undefined || this.#reader === undefined) return;
    const { capture, position } = life.replica.capture();
    using held = capture;
    using _pin = life.replica.pin(position);
    await this.world.unlessDead(life.signal, life.replica.whenDurable(position, life.signal));
    const found: string[] = [];
    while (held.next(1, 1) > 0) {
      const block = Buffer.alloc(held.runBytes);
      held.fill(block, 0);
      found.push(block.toString('hex'));
      await this.#sim.pause('the transport takes a frame');
    }
    expectSame(found, history.blocksAt(position));
  }

  /** Nothing that was recorded is missing, in memory, on disk, or at the reader. */
  async expectWhole(): Promise<void> {
    const { world } = this;
    const life: Life | undefined = world.life;
    if (life === undefined) throw new Error('there is no process');
    const { replica } = life;
    const { next } = world.history;
    if (replica.next !== next || replica.durable !== next)
      throw new Error(`${replica.durable} of ${next} is durable`);
    if (replica.degraded !== undefined || replica.pressed) throw new Error('the disk works again');
    const after = world.history.after(this.#reader?.position ?? 0);
    if (after !== undefined) throw new Error(`the reader has not had ${after.index}`);
    const { digest } = replica;
    const lineage = termsOf(replica);
    world.die();
    const again = await world.begin();
    if (again === undefined || (again.replica.next !== next && next !== this.#raised))
      throw new Error(`${next} was durable, ${again?.replica.next} is found`);
    if (again.replica.term < this.#term) throw new Error(`term ${this.#term} may be given once more`);
    if (!again.replica.digest.equals(digest)) throw new Error('the digests differ');
    const found = termsOf(again.replica);
    if (found !== lineage) throw new Error(`the lineage was ${lineage}, ${found} is found`);
  }

  #begins(term: number): void {
    if (term <= this.#term) throw new Error(`term ${term} was given after term ${this.#term}`);
    this.#term = term;
    this.world.history.startTerm(term);
  }
}

/** The terms that have records, for comparison: one that was begun and never heard of has none. */
function termsOf({ lineage }: Replica): string {
  return JSON.stringify(lineage.terms().filter(({ term, end }) => end > firstOfTerm(term)));
}
