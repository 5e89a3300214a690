// A leader under the explorer: heartbeats through its intake, its process dying, followers that come and go. What must
// hold after every frame is said in world/; each test names the invariants of region-syncer.md 7.8 that it asserts. All its
// seeds are run, or it fails.

import { sleep } from '@syncline/runtime/clock.ts';
import { explore, type Simulation } from '@syncline/testkit/explorer.ts';
import { expect, test } from 'vitest';
import { OurFollower } from './world/our-follower.ts';
import { PdFollower } from './world/pd-follower.ts';
import { type Kind, quietMs, SyncWorld } from './world/sync-world.ts';

const timeLimit = 180_000;

/** Looks after which whoever takes nothing is ended, what differs is found by a keepalive, and taken anew. */
const looks = 6;

function upTo(most: number, sim: Simulation, label: string, act: () => void): void {
  for (let i = sim.choose(most + 1); i > 0; i -= 1) sim.schedule(label, act);
}

/** Two followers; what happens to them all is done in rounds, between which everything comes to rest. */
function run(kind: Kind): (sim: Simulation) => Promise<void> {
  return async (sim) => {
    const world = new SyncWorld(sim);
    const leader = () => world.leader;
    const followers = ['a', 'b'].map((name) => {
      const follower =
        kind === 'ours'
          ? new OurFollower(leader, (later) => sim.schedule(`${name} completes`, later))
          : new PdFollower(leader);
      sim.schedule(`${name} joins`, () => world.join(name, follower, kind));
      return follower;
    });
    if (sim.choose(4) === 1)
      sim.schedule('c joins and reads nothing', () => world.join('c', new PdFollower(leader), 'pd', false));
    world.stores.tellAll();
    for (let i = sim.choose(4); i > 0; i -= 1) world.stores.split();
    // Without terms and digests a PD could not tell that its leader began from a backup.
    const losesDisk = kind === 'ours' && sim.choose(3) === 1;
    for (let round = losesDisk ? 0 : sim.choose(2); round < 2; round += 1) {
      disturb(sim, world);
      if (losesDisk && round === 0) sim.schedule('the disk is backed up', () => world.backUp());
      if (losesDisk && round === 1) sim.schedule('the backup is restored', () => world.restore());
      for (const follower of followers) if (follower instanceof OurFollower) mislead(sim, world, follower);
      await sim.settled();
    }
    world.stores.tellAll();
    for (let look = 0; look < looks; look += 1) {
      await sim.settled();
      await sleep(sim.clock, quietMs, sim.signal);
      world.leader.look(quietMs);
    }
    await sim.settled();
    world.expectAll();
    for (const follower of followers) follower.check();
    expect(world.leader.replica.pins).toBe(0);
  };
}

function disturb(sim: Simulation, world: SyncWorld): void {
  upTo(12, sim, 'a region changes', () => world.stores.act());
  upTo(4, sim, 'the log is trimmed', () => world.leader.replica.trim(1 + sim.choose(12)));
  upTo(2, sim, 'the leader restarts', () => world.restart());
  upTo(1, sim, 'streams are looked at', () => world.leader.look(quietMs));
  for (const name of ['a', 'b', 'c']) upTo(1, sim, `${name} hangs up`, () => world.hangUp(name));
}

/** What only one of ours can bear: it knows of terms, and of digests. */
function mislead(sim: Simulation, world: SyncWorld, follower: OurFollower): void {
  upTo(1, sim, 'one who led speaks', () => follower.hearDeposed());
  upTo(1, sim, 'an error frame comes', () => follower.hearError());
  if (sim.choose(6) === 1) sim.schedule('a follower is reset', () => follower.reset());
}

test(
  'one of ours has what the leader has, whatever comes between (V1, V3, V4, V5, V6, V7, V9, V10, V11, V12, V14, V15)',
  async () => {
    await explore({ name: 'sync-ours', seeds: 2_500, budgetMs: 120_000, atLeast: 2_500, run: run('ours') });
  },
  timeLimit,
);

test(
  'a PD has what the leader has, after every frame, whatever comes between (V1, V4, V5, V6, V10, V11, V12, V14)',
  async () => {
    await explore({ name: 'sync-pd', seeds: 1_000, budgetMs: 60_000, atLeast: 1_000, run: run('pd') });
  },
  timeLimit,
);
