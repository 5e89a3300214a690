// The allocator under the explorer: a disk that fails in every way, a process that dies at any moment, lists that change.

import { explore } from '@syncline/testkit/explorer.ts';
import { test } from 'vitest';
import { World } from './world/world.ts';

for (const source of ['first-use', 'nsp'] as const) {
  test(`no two names have one address, and a name keeps its own, whatever breaks (${source})`, async () => {
    await explore({
      name: `allocating-${source}`,
      seeds: 5_000,
      atLeast: 2_500,
      budgetMs: 40_000,
      run: async (sim) => {
        const world = new World(sim, source);
        await world.begin();
        const times = (label: string, count: number, event: () => void | Promise<void>) =>
          Array.from({ length: count }, () => world.soon(label, event));
        const lists = source === 'nsp' ? sim.choose(4) : 0;
        if (sim.choose(2) === 1) world.disk.breakFor();
        await Promise.all([
          ...times('a client', 1 + sim.choose(3), () => world.client(1 + sim.choose(6))),
          ...times('a restart', sim.choose(3), () => world.restart()),
          ...times('a list', lists, () => world.relist()),
        ]);
        await world.expectWhole();
      },
    });
  }, 120_000);
}
