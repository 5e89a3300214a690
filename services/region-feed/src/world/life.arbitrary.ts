// Worlds and lives for property tests.

import { seededRng } from '@syncline/runtime/rng.ts';
import fc from 'fast-check';
import { Life } from './life.ts';
import { type Mix, operations } from './mix.ts';
import { World } from './world.ts';

/** A mix of any weights that are not all 0. */
export const arbitraryMix: fc.Arbitrary<Mix> = fc
  .tuple(...operations.map((operation) => fc.tuple(fc.constant(operation), fc.nat({ max: 5 }))))
  .map((weights) => Object.fromEntries(weights) as Mix)
  .filter((mix) => operations.some((operation) => mix[operation] > 0));

/** A world of a few regions and the life in it. */
export const arbitraryLife: fc.Arbitrary<{ readonly world: World; readonly life: Life }> = fc
  .record({
    seed: fc.nat(),
    regions: fc.integer({ min: 1, max: 30 }),
    stores: fc.integer({ min: 1, max: 6 }),
    replicas: fc.integer({ min: 1, max: 3 }),
    version: fc.nat({ max: 1000 }),
    mix: arbitraryMix,
  })
  .map(({ seed, regions, stores, replicas, version, mix }) => {
    const rng = seededRng(seed);
    const floor = { regionId: 0, peerId: 0, version, confVer: version };
    const world = World.make({ regions, stores, replicas: Math.min(replicas, stores), floor }, rng);
    return { world, life: new Life(world, mix, rng) };
  });
