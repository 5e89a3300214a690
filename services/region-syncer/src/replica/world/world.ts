// For the explorer: what a replica was told, which is what it has, and what the next process finds on its disk.

import type { Simulation } from '@syncline/testkit/explorer.ts';
import { termOf } from '../../log/index.ts';
import type { ModelRegion } from '../../regions/regions.fixture.ts';
import type { Admission } from '../fold.ts';
import { region, shown } from '../replica.fixture.ts';
import type { Replica } from '../replica.ts';
import { History } from './history.ts';
import { type Life, Processes } from './processes.ts';

const keys = ['', 'b', 'd', 'f', 'h', ''];

/** Another history, and whose indexes it has. */
export interface Coming {
  readonly history: History;
  readonly member: bigint;
}

export class World extends Processes {
  /** What the replica holds the beginning of. */
  history: History;
  /** Up to here the tree has changes that no record has brought yet. */
  dirtyUntil = 0;
  /** What takes the place of the history when it is complete. */
  coming: Coming | undefined;
  readonly #admission: Admission;
  #durable = 0;
  #versions = 3n;

  constructor(sim: Simulation, admission: Admission) {
    super(sim);
    this.#admission = admission;
    this.history = new History(0, [], admission);
    sim.invariant('what is held is what was told, and stays', () => this.#check());
  }

  /** A process begins: it finds all that was durable, and nothing that never was. Undefined when it dies before. */
  override async begin(): Promise<Life | undefined> {
    const life = await super.begin();
    if (life !== undefined) this.#found(life.replica);
    return life;
  }

  /** Another history is the one that is held. */
  replaced(history: History): void {
    this.history = history;
    this.coming = undefined;
    this.dirtyUntil = 0;
    this.#durable = 0;
  }

  /** A region that gets into the way of others. Versions rise, but for some that are stale. */
  someRegion(): ModelRegion {
    const { sim } = this;
    const start = sim.choose(keys.length - 1);
    const end = start + 1 + sim.choose(keys.length - 1 - start);
    const version = sim.choose(4) === 3 ? 2n : this.#versions++;
    const load = sim.choose(3) === 2 ? 2n ** 40n : BigInt(sim.choose(3));
    return region(1 + sim.choose(5), keys[start] ?? '', keys[end] ?? '', { version, load });
  }

  #check(): void {
    this.expectUnbroken();
    if (this.life === undefined) return;
    const { next, durable, regions } = this.life.replica;
    if (durable > next) throw new Error('more is durable than there is');
    if (durable < this.#durable) throw new Error(`${this.#durable} was durable, now only ${durable}`);
    this.#durable = durable;
    if (next >= this.dirtyUntil) expectSame(shown(regions), this.history.blocksAt(next));
  }

  #found(replica: Replica): void {
    const { coming } = this;
    const { next, source, regions } = replica;
    if (coming !== undefined && source.kind !== 'none' && source.member === coming.member)
      this.replaced(coming.history);
    // A term had begun, and the process died before it heard of it.
    if (!this.history.has(next)) this.history.startTerm(termOf(next));
    if (this.history.between(next, this.#durable).length > 0)
      throw new Error(`${this.#durable} was durable, only ${next} is found`);
    // Of a delta nothing is kept before all of it is.
    if (this.#admission === 'all') this.dirtyUntil = 0;
    if (next >= this.dirtyUntil) expectSame(shown(regions), this.history.blocksAt(next));
    this.coming = undefined;
    this.#durable = replica.durable;
  }
}

export function expectSame(found: readonly string[], expected: readonly string[]): void {
  if (found.join() !== expected.join())
    throw new Error(`found ${found.join('\n')}\nand not ${expected.join('\n')}`);
}
