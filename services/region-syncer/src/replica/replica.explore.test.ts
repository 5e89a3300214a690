// Replicas under the explorer: a disk that fails in every way, processes that die at any moment, checkpoints, snapshots
// and deltas in between. The invariants are those of region-syncer.md 7.8; each test names its numbers. All its
// seeds are run, or it fails.

import { explore } from '@syncline/testkit/explorer.ts';
import { test } from 'vitest';
import { SimulatedFollower } from './world/follower.ts';
import { SimulatedLeader } from './world/leader.ts';

const timeLimit = 180_000;

test(
  'a leader finds all that was durable, gives each term once, and its readers have each record once (V2, V4, V9, V14)',
  async () => {
    await explore({
      name: 'leading',
      seeds: 2_000,
      atLeast: 2_000,
      budgetMs: 120_000,
      run: async (sim) => {
        const leader = new SimulatedLeader(sim);
        await leader.begin();
        for (let step = 1 + sim.choose(6); step > 0; step--) sim.schedule('report', () => leader.report());
        for (let step = sim.choose(3); step > 0; step--) sim.schedule('capture', () => leader.capture());
        for (let step = sim.choose(3); step > 0; step--) sim.schedule('restart', () => leader.restart());
        for (let step = sim.choose(3); step > 0; step--) sim.schedule('raise', () => leader.raise());
        if (sim.choose(2) === 1) leader.world.disk.breakFor();
        await sim.settled();
        await leader.expectWhole();
        await sim.settled();
      },
    });
  },
  timeLimit,
);

for (const kind of ['ours', 'foreign'] as const) {
  test(
    `a follower of a leader of kind ${kind} has what its index says, whatever breaks (V1, V2, V3, V8, V14)`,
    async () => {
      await explore({
        name: `following-${kind}`,
        seeds: 2_000,
        atLeast: 2_000,
        budgetMs: 120_000,
        run: async (sim) => {
          const follower = new SimulatedFollower(sim, kind, 4 + sim.choose(12));
          const living = follower.live();
          for (let step = sim.choose(3); step > 0; step--) sim.schedule('restart', () => follower.restart());
          if (sim.choose(2) === 1) follower.world.disk.breakFor();
          await sim.settled();
          await living;
          await follower.expectWhole();
          await sim.settled();
        },
      });
    },
    timeLimit,
  );
}
