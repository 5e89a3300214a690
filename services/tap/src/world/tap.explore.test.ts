// A tap in a world where everything goes wrong, and then no more. Names end with the invariants of spec 5.7.

import { sleep } from '@syncline/runtime/clock.ts';
import { explore, type Simulation } from '@syncline/testkit/explorer.ts';
import { expect, test } from 'vitest';
import { type Damage, heal, pause, strike } from './chaos.ts';
import { type ModelTap, stream } from './model-tap.ts';
import { TapWorld } from './tap-world.ts';

const names = [stream('web'), stream('dns'), stream('web', 'core')] as const;

/** Opens and closes streams at random, each when it is the other. */
async function use(sim: Simulation, world: TapWorld, tap: ModelTap, times: number): Promise<void> {
  for (let left = times; left > 0; left -= 1) {
    const name = names[sim.choose(names.length)] ?? names[0];
    if (tap.desired.includes(name)) tap.close(name);
    else tap.open(name);
    await pause(sim, world);
  }
}

async function trouble(sim: Simulation, world: TapWorld, damage: Damage, times: number): Promise<void> {
  for (let left = times; left > 0; left -= 1) {
    await pause(sim, world);
    strike(sim, world, damage);
  }
}

function begin(sim: Simulation): TapWorld {
  const world = new TapWorld(sim);
  world.nsp.configure(
    new Map([
      ['web', 4],
      ['dns', 5],
    ]),
  );
  return world;
}

/** All taps give back what they hold, and no timer and no loop is left of them (I14). */
async function end(sim: Simulation, world: TapWorld): Promise<void> {
  const drained = await Promise.all(world.taps.map((tap) => tap.drain(sim.signal)));
  expect(drained).toEqual(world.taps.map(() => true));
  for (const tap of world.taps) {
    world.expectGone(tap);
    await tap[Symbol.asyncDispose]();
  }
}

test('whatever went wrong, what is shown and registered becomes what is wanted (I2, I3, I5, I6, I7, I9)', async () => {
  await explore({
    name: 'trouble',
    seeds: 3_000,
    atLeast: 500,
    budgetMs: 20_000,
    run: async (sim) => {
      const world = begin(sim);
      const tap = world.addTap();
      const damage: Damage = { isBlind: false, isWiped: false };
      await Promise.all([
        use(sim, world, tap, 1 + sim.choose(6)),
        trouble(sim, world, damage, sim.choose(6)),
      ]);
      heal(world);
      await sleep(sim.clock, 12_000, sim.signal);
      if (damage.isBlind || damage.isWiped || tap.left.length > 0) await sleep(sim.clock, 62_000, sim.signal);
      world.expectConverged();
      await end(sim, world);
    },
  });
}, 60_000);
