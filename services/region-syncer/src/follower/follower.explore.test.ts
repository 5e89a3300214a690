// A follower under the explorer, as its process runs it: its exchange with the leader, its state machine, its copy and its
// disk, with our leader's own streams at the other end, as it speaks to one of ours or to a PD. What must hold after every
// step is said in world/follower-laws.ts; each test names the invariants of region-syncer.md 7.8 that it asserts. All its
// seeds are run, or it fails.

import { sleep } from '@syncline/runtime/clock.ts';
import { explore, type Simulation } from '@syncline/testkit/explorer.ts';
import { test } from 'vitest';
import { type Kind, quietMs, SyncWorld } from '../leader/world/sync-world.ts';
import { FollowingProcess } from './world/following-process.ts';

const timeLimit = 180_000;

/** Less than a follower bears of silence, and more than it waits before it tries again. */
const patienceMs = 4_000;

/** Looks within which silence is noticed, whoever takes nothing is ended, and all regions are taken anew. */
const looks = 12;

type Act = () => unknown;

function changes(world: SyncWorld, count: number): void {
  for (let left = count; left > 0; left -= 1) world.stores.act();
}

/** What happens, and how often beside the rest; the first is the simplest. */
function actsOf(kind: Kind, sim: Simulation, world: SyncWorld, follower: FollowingProcess): Act[] {
  const acts: [number, Act][] = [
    [8, () => changes(world, 1 + sim.choose(4))],
    [4, () => follower.pass(patienceMs)],
    [2, () => sim.schedule('it is reset', () => follower.reset())],
    [2, () => sim.schedule('it is killed', () => follower.restart())],
    [2, () => world.leader.replica.trim(1 + sim.choose(12))],
    [1, () => world.restart()],
    [1, () => world.leader.look(quietMs)],
    [1, () => follower.breakLink()],
    [1, () => follower.silenceLink()],
    [1, () => follower.spoilMessage()],
    [1, () => follower.hearError()],
    [2, () => follower.breakDisk()],
  ];
  // Of a PD nobody could tell without terms, digests and a word on what each frame is.
  if (kind === 'ours')
    acts.push(
      [1, () => world.backUp()],
      [1, () => world.restore()],
      [1, () => follower.hearDeposed()],
      [1, () => follower.hearOtherDigest()],
      [1, () => follower.skipMessage()],
    );
  return acts.flatMap(([times, act]) => Array.from({ length: times }, () => act));
}

const run =
  (kind: Kind) =>
  async (sim: Simulation): Promise<void> => {
    const world = new SyncWorld(sim);
    const follower = new FollowingProcess(sim, world, kind);
    const beginning = follower.begin();
    world.stores.tellAll();
    for (let i = sim.choose(8); i > 0; i -= 1) world.stores.split();
    const acts = actsOf(kind, sim, world, follower);
    for (let i = sim.choose(50); i > 0; i -= 1) {
      for (let longer = sim.choose(12); longer > 0; longer -= 1) await sim.pause('nothing happens');
      acts[sim.choose(acts.length)]?.();
    }
    await sim.settled();
    await beginning;
    follower.pass(patienceMs);
    await sim.settled();
    follower.rest();
    if (sim.choose(2) === 1) await follower.restart();
    world.stores.tellAll();
    for (let look = 0; look < looks; look += 1) {
      await sim.settled();
      follower.pass(patienceMs);
      await sim.settled();
      await sleep(sim.clock, quietMs, sim.signal);
      world.leader.look(quietMs);
    }
    await sim.settled();
    world.expectAll();
    await follower.end();
    await sim.settled();
  };

test(
  'a follower has what its leader has, whatever breaks at either of them or between them (V1, V2, V3, V4, V6, V7, V8, V9, V14, V15)',
  async () => {
    await explore({ name: 'follower', seeds: 1_000, budgetMs: 120_000, atLeast: 1_000, run: run('ours') });
  },
  timeLimit,
);

test(
  'a follower has what a PD has, whatever breaks at either of them or between them (V1, V2, V6, V8, V14, V15)',
  async () => {
    await explore({ name: 'follower-of-pd', seeds: 400, budgetMs: 60_000, atLeast: 400, run: run('pd') });
  },
  timeLimit,
);
