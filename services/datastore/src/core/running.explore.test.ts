// The core under the explorer: a device that changes, sessions that break anywhere, a disk that refuses, readers of any
// speed. The invariants are those of datastore.md 6.5; each test names its numbers.
import { parsePath } from '@syncline/gnmi/path-text.ts';
import { explore, type Simulation } from '@syncline/testkit/explorer.ts';
import { expect, test } from 'vitest';
import { balances } from './ledger.ts';
import { World } from './world/world.ts';

const timeLimit = 120_000;

test(
  'running converges to the device and every reader to running, whatever breaks (1, 2, 4, 5, 10-13, 20)',
  async () => {
    await explore({
      name: 'running',
      seeds: 5_000,
      atLeast: 2_000,
      budgetMs: 60_000,
      run: async (sim) => {
        const world = new World(sim, { fewValues: sim.choose(2) === 1 });
        expectBalance(sim, world);
        for (let step = sim.choose(12); step > 0; step--) sim.schedule('change', () => world.change(false));
        for (let step = 1 + sim.choose(3); step > 0; step--) sim.schedule('connect', () => world.connect());
        for (let step = sim.choose(3); step > 0; step--) sim.schedule('read', () => void world.read());
        if (sim.choose(2) === 1) sim.schedule('a second sync_response', () => world.repeatSync());
        if (sim.choose(2) === 1) world.disk.breakFor(sim);
        await sim.settled();
        expect(world.syncedEpoch).toBe(world.epoch);
        world.read();
        await sim.settled();
        for (const reader of world.readers) {
          expect(reader.ended).toBe(undefined);
          expect(reader.synced).toBe(true);
          expect(reader.tree).toEqual(world.device.tree);
        }
        expect(world.observe()?.leaves).toBe(world.device.tree.size);
        world.close();
        await sim.settled();
      },
    });
  },
  timeLimit,
);

test(
  'a reader is told the exact number of values it did not see (20)',
  async () => {
    await explore({
      name: 'duplicates',
      seeds: 2_000,
      budgetMs: 30_000,
      run: async (sim) => {
        const world = new World(sim, { limits: { ringEntries: 4 } });
        world.connect();
        const reader = world.read();
        await sim.settled();
        for (let step = 1 + sim.choose(20); step > 0; step--)
          sim.schedule('change', () => world.change(true));
        if (sim.choose(2) === 1) world.disk.breakFor(sim);
        await sim.settled();
        const told = [...reader.shown].reduce(
          (sum, [place, shown]) => sum + shown + (reader.swallowed.get(place) ?? 0),
          0,
        );
        expect(BigInt(told)).toBe(world.device.values);
        expect(reader.tree).toEqual(world.device.tree);
        expect(reader.repeats).toBe(0);
        world.close();
        await sim.settled();
      },
    });
  },
  timeLimit,
);

test(
  'a reader that comes at any moment sees each value once at the most (20)',
  async () => {
    await explore({
      name: 'snapshot',
      seeds: 2_000,
      budgetMs: 20_000,
      run: async (sim) => {
        const world = new World(sim, { limits: { ringEntries: 4 } });
        world.connect();
        for (let step = 4 + sim.choose(12); step > 0; step--)
          sim.schedule('change', () => world.change(true));
        sim.schedule('read', () => void world.read());
        await sim.settled();
        expect(world.readers[0]?.tree).toEqual(world.device.tree);
        expect(world.readers[0]?.repeats).toBe(0);
        world.close();
        await sim.settled();
      },
    });
  },
  timeLimit,
);

test(
  'a reader of a part sees that part alone, whole (20)',
  async () => {
    await explore({
      name: 'part',
      seeds: 1_000,
      budgetMs: 20_000,
      run: async (sim) => {
        const world = new World(sim);
        sim.schedule('connect', () => world.connect());
        for (let step = sim.choose(12); step > 0; step--) sim.schedule('change', () => world.change(false));
        sim.schedule('read', () => void world.read(parsePath('/a/entry[k=1]')));
        await sim.settled();
        const part = [...world.device.tree].filter(([place]) => place.startsWith('a/1/'));
        expect(world.readers[0]?.tree).toEqual(new Map(part));
        world.close();
        await sim.settled();
      },
    });
  },
  timeLimit,
);

function expectBalance(sim: Simulation, world: World): void {
  sim.invariant('the ledger balances and nothing is dropped', () => {
    const ledger = world.observe()?.syncs[0]?.ledger;
    return ledger === undefined || balances(ledger);
  });
}
