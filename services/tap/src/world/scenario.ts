// For the explored worlds: what applications do, and how every scenario begins and ends.

import { type Exploration, explore, type Simulation } from '@syncline/testkit/explorer.ts';
import type { StreamName } from '@syncline/trench/stream-name.ts';
import { type Damage, heal, strike } from './chaos.ts';
import { stream } from './model-tap.ts';
import { TapWorld } from './tap-world.ts';

const pausesMs = [0, 1, 3, 40, 700, 2_500, 9_000, 35_000] as const;

/** Two streams of one conduit, and one of another. */
export const threeStreams: readonly StreamName[] = [stream('web'), stream('dns'), stream('web', 'core')];

/** T of spec I2: how long all may take to be as it is wanted once everything is well. */
export const recoveryMs = 5_000;

/** Longest that the seeds of a scenario may take: a machine ten times as slow as ours is fast enough. */
const budgetMs = 50_000;

/** Max-targets that leave room for all of them. */
const roomForThree = { web: 4, dns: 5 };

/**
 * Explores a world whose NSP has these streams, room for all three unless told otherwise; afterwards it ends. All seeds are
 * run: it fails when they take too long.
 */
export async function exploreWorld(
  what: Pick<Exploration, 'name' | 'seeds'> & {
    readonly streams?: Readonly<Record<string, number>>;
  },
  happen: (sim: Simulation, world: TapWorld) => Promise<void>,
): Promise<void> {
  const { streams = roomForThree, ...exploration } = what;
  const run = async (sim: Simulation) => {
    const world = worldWith(sim, streams);
    await happen(sim, world);
    await end(sim, world);
  };
  await explore({ ...exploration, atLeast: exploration.seeds, budgetMs, run });
}

/** A world with an NSP that has these streams, with their max-targets. */
export function worldWith(sim: Simulation, streams: Readonly<Record<string, number>>): TapWorld {
  const world = new TapWorld(sim);
  world.nsp.configure(new Map(Object.entries(streams)));
  return world;
}

/** Lets some time pass, none perhaps. */
export async function pause(sim: Simulation, world: TapWorld): Promise<void> {
  await world.pass(pausesMs[sim.choose(pausesMs.length)] ?? 0);
}

/** Opens and closes streams of the taps, each when it is the other; now and then a tap dies and comes back. */
export async function use(
  sim: Simulation,
  world: TapWorld,
  names: readonly StreamName[],
  times: number,
): Promise<void> {
  for (let left = times; left > 0; left -= 1) {
    const tap = world.taps[sim.choose(world.taps.length)];
    const name = names[sim.choose(names.length)];
    if (tap === undefined || name === undefined) throw new Error('no tap, or no stream');
    if (sim.choose(12) === 11) world.restart(tap);
    else if (tap.desired.includes(name)) tap.close(name);
    else tap.open(name);
    await pause(sim, world);
  }
}

/** Some of `faults` befall the world, one after the other. */
export async function trouble(
  sim: Simulation,
  world: TapWorld,
  faults: Parameters<typeof strike>[2],
  times: number,
): Promise<Damage> {
  const damage: Damage = { isBlind: false, isWiped: false };
  for (let left = times; left > 0; left -= 1) {
    await pause(sim, world);
    strike(sim, world, faults, damage);
  }
  return damage;
}

/** All taps give back what they hold: nothing of them is left (I6), not even a timer (I14). */
export async function end(sim: Simulation, world: TapWorld): Promise<void> {
  const drained = await Promise.all(world.taps.map((tap) => tap.drain(sim.signal)));
  if (drained.includes(false)) throw new Error('a tap did not drain');
  for (const tap of world.taps) {
    world.expectGone(tap);
    await tap[Symbol.asyncDispose]();
  }
  heal(world);
  // What is on its way between models takes a moment.
  const byMs = sim.clock.monotonic() + 100;
  await sim.settled();
  if (sim.clock.monotonic() > byMs) throw new Error('a timer was left');
}
