// The world that goes with a cluster. It outlives connections: after a reconnect life goes on where it was. Another
// cluster gets a world of its own, which begins above all that cluster knows.

import { setImmediate as turn } from 'node:timers/promises';
import { seededRng } from '@syncline/runtime/rng.ts';
import type { Floor } from './world/floor.ts';
import { Life } from './world/life.ts';
import type { Mix } from './world/mix.ts';
import { type Genesis, World } from './world/world.ts';

/** How worlds begin, and what happens in them. */
export interface WorldSettings extends Omit<Genesis, 'floor'> {
  readonly mix: Mix;
  readonly seed: number;
}

/** The regions of one cluster, and their life. */
export interface Population {
  readonly clusterId: bigint;
  readonly world: World;
  readonly life: Life;
}

/** Makes a cluster's regions; the event loop goes on meanwhile. Rejects with the signal's reason. */
export async function populate(
  clusterId: bigint,
  floor: Floor,
  settings: WorldSettings,
  signal: AbortSignal,
): Promise<Population> {
  const rng = seededRng(settings.seed);
  const making = World.making({ ...settings, floor }, rng);
  for (;;) {
    const made = making.next();
    if (made.done) {
      return { clusterId, world: made.value, life: new Life(made.value, settings.mix, rng) };
    }
    await turn();
    signal.throwIfAborted();
  }
}
