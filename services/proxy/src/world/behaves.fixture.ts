// For the tests of what the proxy does: each runs in a few orders of things, in a world of its own.

import { explore, type Simulation } from '@syncline/testkit/explorer.ts';
import { test } from 'vitest';
import type { ConduitSettings } from '../conduit/conduit-settings.ts';
import { World } from './world.ts';

/** A behaviour that does not depend on the order of things. */
export function behaves(
  name: string,
  run: (world: World, sim: Simulation) => Promise<void>,
  settings: Partial<ConduitSettings> = {},
): void {
  test(name, async () => {
    const scenario = async (sim: Simulation) => {
      const world = new World(sim, settings);
      await run(world, sim);
      world.end();
    };
    await explore({ name, seeds: 30, budgetMs: 5_000, run: scenario });
  });
}

/** The addresses of a target's connection; undefined when it has none. */
export const ip = (world: World, target: string) => world.connection(target)?.context.ipContext;

/** Whose addresses are still to be released. */
export const owed = (world: World) => [...world.conduit.state.owed.keys()];

/** The interface of a target's connection; undefined when it has none. */
export const interfaceName = (world: World, target: string) =>
  world.connection(target)?.mechanism.parameters['name'];
