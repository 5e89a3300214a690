// For the explorer: a client that opens a stream as Meridio's TAPA does, by registering DISABLED, looking whether another
// has its identifier, and only then ENABLED. It falls silent, comes back, and closes, at any moment.

import { sleep } from '@syncline/runtime/clock.ts';
import { pick } from '@syncline/runtime/rng.ts';
import { aTarget } from '../target.fixture.ts';
import type { Target, TargetStatus } from '../target.ts';
import { lifeMs, type RegistryWorld } from './registry-world.ts';

export class Opener {
  readonly #world: RegistryWorld;
  readonly #ip: string;
  readonly #identifiers: number;
  #identifier = 0;

  /** `ip` is its own; the stream has so many identifiers. */
  constructor(world: RegistryWorld, ip: string, identifiers: number) {
    this.#world = world;
    this.#ip = ip;
    this.#identifiers = identifiers;
  }

  /** Opens, refreshes, falls silent and closes, so many times. */
  async live(acts: number): Promise<void> {
    const { sim } = this.#world;
    for (let act = 0; act < acts; act++) {
      let open = await this.#open();
      for (let refresh = sim.choose(3); refresh > 0 && open; refresh--) {
        await sleep(sim.clock, sim.choose(2) === 1 ? lifeMs + 1_500 : lifeMs / 2, sim.signal);
        open = ((await this.#register('enabled')) && this.#isEnabled()) || (await this.#open());
      }
      if (sim.choose(2) === 1) await this.#world.unregister(this.#target('enabled'));
    }
  }

  /** True when it ends with a target that is ENABLED. */
  async #open(): Promise<boolean> {
    const { sim } = this.#world;
    for (let attempt = 0; attempt < 4; attempt++) {
      await sim.pause('look');
      const free = this.#free();
      if (free.length === 0) return false;
      if (!free.includes(this.#identifier)) this.#identifier = pick(sim.rng, free);
      if (!(await this.#register('disabled'))) continue;
      await sim.pause('look again');
      if (!this.#free().includes(this.#identifier)) continue;
      if ((await this.#register('enabled')) && this.#isEnabled()) return true;
    }
    return false;
  }

  #register(status: TargetStatus): Promise<boolean> {
    return this.#world.register(this.#target(status));
  }

  /** Addresses in either order are the same target. */
  #target(status: TargetStatus): Target {
    const ips = [`${this.#ip}/24`, 'fd00::1/64'];
    const context = new Map([['identifier', String(this.#identifier)]]);
    return aTarget(this.#world.sim.choose(2) === 1 ? ips.toReversed() : ips, { status, context });
  }

  #isEnabled(): boolean {
    const { key } = this.#target('enabled');
    return this.#world.targets().some((target) => target.key === key && target.status === 'enabled');
  }

  /** The identifiers that no other target has. */
  #free(): number[] {
    const { key } = this.#target('enabled');
    const taken = new Set(
      this.#world
        .targets()
        .filter((target) => target.key !== key)
        .map(({ context }) => Number(context.get('identifier'))),
    );
    return Array.from({ length: this.#identifiers }, (_, n) => n + 1).filter((each) => !taken.has(each));
  }
}
