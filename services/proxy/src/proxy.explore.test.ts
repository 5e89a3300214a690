// Requests, refreshes and closes between an IPAM and a disk that fail: whatever the order of things, no address has two
// owners or none, and whoever watches ends up knowing the present.

import { sleep } from '@syncline/runtime/clock.ts';
import { type Exploration, explore, type Simulation } from '@syncline/testkit/explorer.ts';
import { expect, test } from 'vitest';
import type { ConduitSettings } from './conduit/conduit-settings.ts';
import type { Connection } from './connection/connection.ts';
import type { IpamMood } from './world/model-ipam.ts';
import { conduitSettings, latencyMs, quietMs, World } from './world/world.ts';

const targets = ['a', 'b', 'd'];
const vips = [[], ['20.0.0.1/32'], ['20.0.0.1/32', '20.0.0.2/32']];
const moods: readonly IpamMood[] = ['down', 'deaf'];

/** Explores what happens to a world, and ends it. */
async function exploreWorld(
  { settings, ...exploration }: Omit<Exploration, 'run'> & { readonly settings?: Partial<ConduitSettings> },
  happen: (sim: Simulation, world: World) => Promise<void>,
): Promise<void> {
  const { release } = conduitSettings;
  const run = async (sim: Simulation) => {
    // With a short delay it is often a release that is under way when a client comes back.
    const delayMs = sim.choose(2) === 0 ? release.delayMs : latencyMs;
    const world = new World(sim, { ...settings, release: { ...release, delayMs } });
    await happen(sim, world);
    world.end();
  };
  await explore({ ...exploration, run });
}

/** Clients that ask, ask again and close, in any order. */
function clients(sim: Simulation, world: World): void {
  for (let nth = sim.choose(8); nth >= 0; nth -= 1) {
    const target = targets[sim.choose(targets.length)] ?? 'a';
    if (sim.choose(3) === 2) sim.schedule(`${target} closes`, () => world.close(target), 10_000);
    else {
      const wanted = vips[sim.choose(vips.length)] ?? [];
      sim.schedule(`${target} asks`, () => world.request(target, wanted), 10_000);
    }
  }
}

/** The subnet changes up to three times, so that it may come back to one whose addresses are still to be released. Gives how often. */
function moves(sim: Simulation, world: World): number {
  const times = sim.choose(4);
  for (let nth = 0; nth < times; nth += 1) {
    sim.schedule('the subnet changes', () => world.changeSubnet(), 10_000);
  }
  return times;
}

/** From some moment to another the conduit has no bridge address, as far as its connections are told. */
function bridgeless(sim: Simulation, { proxy: { faults } }: World): void {
  const armed = () => {
    faults.set({ kind: 'no_bridge_address' }, undefined);
    sim.schedule('the bridge is back', () => void faults.clear(undefined), 5_000);
  };
  if (sim.choose(2) === 1) sim.schedule('the bridge is gone', armed, 10_000);
}

/** From some moment to another the IPAM or the disk fails. */
function trouble(sim: Simulation, world: World): void {
  const mood = moods[sim.choose(moods.length)] ?? 'down';
  sim.schedule(
    'the ipam fails',
    () => {
      world.ipam.mood = mood;
      sim.schedule('the ipam works', () => void (world.ipam.mood = 'works'), 5_000);
    },
    10_000,
  );
  sim.schedule(
    'the disk is full',
    () => {
      world.store.refuses = true;
      sim.schedule('the disk has room', () => void (world.store.refuses = false), 5_000);
    },
    10_000,
  );
}

/** What must be once all has happened, nothing fails any more and all delays are over; who watched has seen it. */
async function expectOrder(
  sim: Simulation,
  world: World,
  watched: readonly ReadonlyMap<string, Connection>[] = [],
): Promise<void> {
  await sleep(sim.clock, 30_000 + quietMs, sim.signal);
  const { state, bridge } = world.conduit;
  expect([...state.owed.keys()]).toEqual([]);
  const wanted = [...state.connections.values()].flatMap(({ id, assigned }) => [
    ...assigned.src.map((address) => `${address} ${id}-src`),
    ...assigned.dst.map((address) => `${address} ${id}-dst`),
  ]);
  const gateways = bridge.present?.addresses ?? [];
  expect(gateways.length).toBeGreaterThan(0);
  expect(world.ipam.held().toSorted()).toEqual(
    [...wanted, ...gateways.map((each) => `${each} bridge`)].toSorted(),
  );
  for (const connection of world.present().values()) {
    expect(connection.context.ipContext.extraPrefixes).toEqual(gateways);
  }
  for (const seen of watched) expect(seen).toEqual(world.present());
}

test('with an ipam and a disk that work, every address is released once, and watchers know the present', async () => {
  await exploreWorld(
    { name: 'proxy-calm', seeds: 1_000, budgetMs: 20_000, atLeast: 500 },
    async (sim, world) => {
      const watchers = [world.watch('one'), world.watch('two')];
      clients(sim, world);
      const moved = moves(sim, world);
      bridgeless(sim, world);
      await expectOrder(sim, world, watchers);
      // A Request whose place was taken before it asked for addresses leaves a release of what it never had, and so
      // does a move that was overtaken by the next one.
      if (moved === 0) expect(world.ipam.redundant).toBeLessThanOrEqual(2 * world.refused);
    },
  );
});

test('whatever fails meanwhile, no address has two owners, and in the end none has none', async () => {
  await exploreWorld(
    { name: 'proxy-trouble', seeds: 2_000, budgetMs: 30_000, atLeast: 1_000 },
    async (sim, world) => {
      const seen = world.watch('one');
      clients(sim, world);
      trouble(sim, world);
      moves(sim, world);
      bridgeless(sim, world);
      await expectOrder(sim, world, [seen]);
    },
  );
});

test('a proxy that is killed anywhere has what it answered, and owes the ipam nothing in the end', async () => {
  await exploreWorld(
    { name: 'proxy-killed', seeds: 3_000, budgetMs: 30_000, atLeast: 1_500 },
    async (sim, world) => {
      clients(sim, world);
      moves(sim, world);
      if (sim.choose(2) === 1) trouble(sim, world);
      sim.schedule('the proxy dies', () => world.crash(), 10_000);
      await expectOrder(sim, world);
    },
  );
});

test('a conduit that leaves the ipam’s configuration, for a moment or for good, leaves nothing behind in either', async () => {
  // More often than releases are due, so that owners are pinned again and again.
  const settings = { renewMs: 2_500 };
  await exploreWorld(
    { name: 'proxy-bare', seeds: 300, budgetMs: 20_000, atLeast: 100, settings },
    async (sim, world) => {
      const seen = world.watch('one');
      clients(sim, world);
      moves(sim, world);
      const isTakenBack = sim.choose(2) === 1;
      sim.schedule(
        'the conduit leaves',
        () => {
          world.ipam.mood = 'bare';
          if (isTakenBack) sim.schedule('it is taken back', () => world.ipam.forget(), 5_000);
          sim.schedule('it is back', () => void (world.ipam.mood = 'works'), 10_000);
        },
        10_000,
      );
      await expectOrder(sim, world, [seen]);
    },
  );
});

test('when the ipam has forgotten what it gave out, no two answers have one address at any moment, and all are renewed', async () => {
  await exploreWorld(
    { name: 'proxy-forgotten', seeds: 1_000, budgetMs: 20_000, atLeast: 500, settings: { renewMs: 4_000 } },
    async (sim, world) => {
      const seen = world.watch('one');
      clients(sim, world);
      moves(sim, world);
      const crashes = sim.choose(2) === 1;
      for (let times = sim.choose(2); times >= 0; times -= 1) {
        sim.schedule('the ipam forgets', () => world.ipam.forget(), 10_000);
      }
      if (crashes) sim.schedule('the proxy dies', () => world.crash(), 10_000);
      // A watch ends with its process.
      await expectOrder(sim, world, crashes ? [] : [seen]);
    },
  );
});
