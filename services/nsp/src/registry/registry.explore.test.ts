// The registry under the explorer: a disk that fails in every way, a process that dies at any moment, targets that come,
// go and fall silent. The invariants are those of the tap's notes; each test names its numbers.

import { sleep } from '@syncline/runtime/clock.ts';
import { explore } from '@syncline/testkit/explorer.ts';
import { expect, test } from 'vitest';
import { SharedLists } from '../fanout/shared-lists.ts';
import { Watchers } from '../fanout/watchers.ts';
import { targetChunk } from '../wire/target.ts';
import { aTarget } from './target.fixture.ts';
import { filterKey } from './target-filter.ts';
import { Opener } from './world/opener.ts';
import { everything, lifeMs, RegistryWorld } from './world/registry-world.ts';

const timeLimit = 120_000;

test(
  'what was answered survives, who comes is DISABLED first, who is silent goes after T and within T + 1 s (I17)',
  async () => {
    await explore({
      name: 'registry',
      seeds: 5_000,
      atLeast: 2_000,
      budgetMs: 40_000,
      run: async (sim) => {
        const world = new RegistryWorld(sim);
        for (let step = 2 + sim.choose(8); step > 0; step--) {
          const target = aTarget([`10.0.0.${sim.choose(3)}/24`], {
            status: sim.choose(3) === 2 ? 'disabled' : 'enabled',
            context: new Map([['identifier', String(1 + sim.choose(2))]]),
          });
          const removes = sim.choose(4) === 3;
          const withinMs = (1 + sim.choose(3)) * lifeMs * 0.8;
          const call = () => (removes ? world.unregister(target) : world.register(target));
          sim.schedule('call', call, withinMs);
        }
        for (let step = sim.choose(3); step > 0; step--)
          sim.schedule('restart', () => world.restart(), 2 * lifeMs);
        for (let step = sim.choose(3); step > 0; step--)
          sim.schedule('a step of the wall clock', () => sim.stepWall((step - 1.5) * 86_400_000), 2 * lifeMs);
        await sleep(sim.clock, 3 * lifeMs, sim.signal);
        // With a disk that works, only who refreshes is left, and the disk has what everybody is told.
        world.disk.ailing = false;
        for (let refresh = 0; refresh < 3; refresh++) {
          await world.register(aTarget(['10.0.0.9/24']));
          await sleep(sim.clock, lifeMs / 2, sim.signal);
        }
        expect(world.targets()).toMatchObject([{ ips: ['10.0.0.9/24'], status: 'enabled' }]);
        expect([...world.disk.rows.values()]).toEqual(world.targets());
        await world.die();
        await sim.settled();
      },
    });
  },
  timeLimit,
);

test(
  'targets that open by the rules never have one identifier at once, whatever expires, fails or restarts (I3)',
  async () => {
    await explore({
      name: 'identifiers',
      seeds: 5_000,
      atLeast: 2_000,
      budgetMs: 40_000,
      run: async (sim) => {
        const world = new RegistryWorld(sim);
        sim.invariant('identifiers of ENABLED targets differ', () => {
          const enabled = world.targets().filter(({ status }) => status === 'enabled');
          return new Set(enabled.map(({ context }) => context.get('identifier'))).size === enabled.length;
        });
        for (let client = 1; client <= 3; client++) {
          const opener = new Opener(world, `10.0.0.${client}`, 2);
          sim.schedule(`client ${client}`, () => opener.live(1 + sim.choose(2)));
        }
        for (let step = sim.choose(4); step > 0; step--) sim.schedule('restart', () => world.restart());
        await sleep(sim.clock, 120_000, sim.signal);
        await world.die();
        await sim.settled();
      },
    });
  },
  timeLimit,
);

test(
  'a watcher of any speed ends with what is, and is never sent what it has; one that stops delays nobody (I16)',
  async () => {
    await explore({
      name: 'watchers',
      seeds: 2_000,
      atLeast: 1_000,
      budgetMs: 20_000,
      run: async (sim) => {
        const world = new RegistryWorld(sim);
        const respond = () => Buffer.concat(world.targets().map(targetChunk));
        const lists = new SharedLists(filterKey, respond);
        world.changed.push(() => lists.refresh(() => true));
        const watchers = new Watchers(sim.clock, 10);
        const readers = [0, 1, 2].map(() => ({ last: undefined as Uint8Array | undefined }));
        for (const [n, reader] of readers.entries()) {
          sim.background(`watcher ${n}`, async (signal) => {
            using watcher = watchers.open('target', 'peer');
            using subscription = lists.open(everything);
            for await (const response of watcher.responses(subscription.list, signal)) {
              if (reader.last !== undefined) expect(Buffer.compare(response, reader.last)).not.toBe(0);
              reader.last = response;
              if (n > 0) await sim.pause('read');
            }
          });
        }
        sim.background('a stalled watcher', async (signal) => {
          using watcher = watchers.open('target', 'stalled');
          using subscription = lists.open(everything);
          await watcher.responses(subscription.list, signal).next();
        });
        world.disk.ailing = false;
        for (let step = 1 + sim.choose(6); step > 0; step--) {
          const target = aTarget([`10.0.0.${sim.choose(2)}/24`]);
          sim.schedule('call', () =>
            sim.choose(3) === 2 ? world.unregister(target) : world.register(target),
          );
        }
        await sleep(sim.clock, lifeMs + 1_000, sim.signal);
        sim.schedule('the last', () => world.register(aTarget(['10.0.0.9/24'])));
        await sim.settled();
        for (const { last } of readers) expect(Buffer.compare(last ?? Buffer.of(1), respond())).toBe(0);
        await world.die();
      },
    });
  },
  timeLimit,
);
