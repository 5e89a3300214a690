// For the explorer: a leader that is told of regions, captured from, killed, and begins again. Some of its appends have
// the digest with them.

import type { Simulation } from '@syncline/testkit/explorer.ts';
import { firstOfTerm } from '../../log/index.ts';
import { blockOf } from '../../regions/regions.fixture.ts';
import { member } from '../replica.fixture.ts';
import type { Replica } from '../replica.ts';
import { Reader } from './reader.ts';
import { expectSame, type Life, World } from './world.ts';

export class SimulatedLeader {
  readonly world: World;
  readonly #sim: Simulation;
  #reader: Reader | undefined;

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
      const term = await life.replica.beginTerm(member, signal);
      world.history.startTerm(term);
      this.#reader = new Reader(life, () => world.history);
    };
    await world.unlessDead(signal, begun());
  }

  async restart(): Promise<void> {
    this.#reader = undefined;
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
    if (again?.replica.next !== next) throw new Error(`${next} was durable, ${again?.replica.next} is found`);
    if (!again.replica.digest.equals(digest)) throw new Error('the digests differ');
    const found = termsOf(again.replica);
    if (found !== lineage) throw new Error(`the lineage was ${lineage}, ${found} is found`);
  }
}

/** The terms that have records, for comparison: one that was begun and never heard of has none. */
function termsOf({ lineage }: Replica): string {
  return JSON.stringify(lineage.terms().filter(({ term, end }) => end > firstOfTerm(term)));
}
