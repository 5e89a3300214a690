// A follower under the explorer, as its process runs it: its exchange with the leader, its state machine, its copy and its
// disk, with the leader's own streams at the other end. What must hold after every step is said in
// world/following-process.ts; the test names the invariants of region-syncer.md 7.8 that it asserts. All its seeds are run,
// or it fails.

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

function upTo(most: number, sim: Simulation, label: string, act: () => unknown): void {
  for (let i = sim.choose(most + 1); i > 0; i -= 1) sim.schedule(label, act);
}

function disturb(sim: Simulation, world: SyncWorld, process: FollowingProcess): void {
  upTo(16, sim, 'a region changes', () => world.stores.act());
  upTo(3, sim, 'the log is trimmed', () => world.leader.replica.trim(1 + sim.choose(12)));
  upTo(1, sim, 'the leader restarts', () => world.restart());
  upTo(1, sim, 'streams are looked at', () => world.leader.look(quietMs));
  upTo(6, sim, 'time goes by', () => process.pass(patienceMs));
  upTo(2, sim, 'the connection breaks', () => process.breakLink());
  upTo(1, sim, 'the connection falls silent', () => process.silenceLink());
  upTo(1, sim, 'a message is spoilt', () => process.spoilMessage());
  upTo(2, sim, 'a follower is reset', () => process.reset());
  upTo(2, sim, 'the process is killed', () => process.restart());
  if (sim.choose(2) === 1) process.breakDisk();
}

const run =
  (kind: Kind) =>
  async (sim: Simulation): Promise<void> => {
    const world = new SyncWorld(sim);
    const process = new FollowingProcess(sim, world, kind);
    const beginning = process.begin();
    world.stores.tellAll();
    for (let i = sim.choose(8); i > 0; i -= 1) world.stores.split();
    const losesDisk = kind === 'ours' && sim.choose(4) === 1;
    for (let round = losesDisk ? 0 : sim.choose(2); round < 3; round += 1) {
      disturb(sim, world, process);
      if (losesDisk && round === 0) sim.schedule('the disk is backed up', () => world.backUp());
      if (losesDisk && round === 1) sim.schedule('the backup is restored', () => world.restore());
      await sim.settled();
      process.rest();
    }
    await beginning;
    world.stores.tellAll();
    for (let look = 0; look < looks; look += 1) {
      await sim.settled();
      process.pass(patienceMs);
      await sim.settled();
      await sleep(sim.clock, quietMs, sim.signal);
      world.leader.look(quietMs);
    }
    await sim.settled();
    world.expectAll();
    await process.end();
    await sim.settled();
  };

test(
  'a follower has what its leader has, whatever breaks at either of them or between them (V1, V2, V3, V4, V6, V7, V8, V9, V11, V14, V15)',
  async () => {
    await explore({ name: 'follower', seeds: 1_000, budgetMs: 120_000, atLeast: 1_000, run: run('ours') });
  },
  timeLimit,
);

test(
  'a follower has what a PD has, whatever breaks at either of them or between them (V1, V2, V6, V7, V8, V14, V15)',
  async () => {
    await explore({ name: 'follower-of-pd', seeds: 500, budgetMs: 60_000, atLeast: 500, run: run('pd') });
  },
  timeLimit,
);
