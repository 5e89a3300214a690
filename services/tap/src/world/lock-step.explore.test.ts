// Taps that ask for the same identifier at the same moment, over neighbours that take equally long for each: nothing but
// the chance in their waits can tell them apart. Upstream retries in lock-step.

import type { Simulation } from '@syncline/testkit/explorer.ts';
import { expect, test } from 'vitest';
import { type ModelTap, stream, timings } from './model-tap.ts';
import { exploreWorld } from './scenario.ts';
import type { TapWorld } from './tap-world.ts';

type FullRetry = typeof timings.stream.fullRetry;

const streams = { web: 1 };
/** Spec A10. */
const soonMs = 3_000;

/** Taps that all open a stream at one moment and wait like this when it is full. */
function open(world: TapWorld, count: number, fullRetry: FullRetry): void {
  world.nsp.health.set('even');
  world.proxy.conduit('edge').health.set('even');
  const taps = Array.from({ length: count }, () =>
    world.addTap({ ...timings, stream: { ...timings.stream, fullRetry } }),
  );
  for (const tap of taps) tap.open(stream('web'));
}

/** How long it takes until one of them is OPEN, ms; `mostMs` when none is by then. */
async function untilOpen(sim: Simulation, world: TapWorld, mostMs: number): Promise<number> {
  const isOpen = (tap: ModelTap) => tap.rows[0]?.status === 'open';
  const beganMs = sim.clock.monotonic();
  const tookMs = () => sim.clock.monotonic() - beganMs;
  while (tookMs() < mostMs && !world.taps.some(isOpen)) await world.pass(10);
  return tookMs();
}

test.each([2, 5])(
  '%s taps that wait equally long for the one identifier withdraw together again and again (negative control)',
  async (count) => {
    await exploreWorld({ name: `equal-waits-${count}`, seeds: 10, streams }, async (sim, world) => {
      open(world, count, { leastMs: 200, mostMs: 200 });
      expect(await untilOpen(sim, world, 30_000)).toBe(30_000);
    });
  },
  60_000,
);

test.each([2, 5])(
  '%s taps that wait by chance for the one identifier: one has it soon, however equal all else is (A10, F10)',
  async (count) => {
    const waitsMs: number[] = [];
    await exploreWorld({ name: `chance-waits-${count}`, seeds: 200, streams }, async (sim, world) => {
      open(world, count, timings.stream.fullRetry);
      waitsMs.push(await untilOpen(sim, world, 30_000));
    });
    const sorted = waitsMs.toSorted((a, b) => a - b);
    // Two that drew nearly the same wait collide once more.
    expect(sorted[Math.floor(sorted.length * 0.99)]).toBeLessThan(soonMs);
    expect(sorted.at(-1)).toBeLessThan(2 * soonMs);
  },
  60_000,
);
