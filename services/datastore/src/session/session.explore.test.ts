// The session under the explorer, with the real core and its store: connections fail, streams break anywhere, operators
// pause and resync, the disk refuses, core workers crash within a commit and between two. The invariants are those of datastore.md 6.5; each test names its numbers.

import { explore } from '@syncline/testkit/explorer.ts';
import { expect, test } from 'vitest';
import { corePoints } from '../core/failpoints.ts';
import { balances } from '../core/ledger.ts';
import { SessionWorld } from './world/world.ts';

const timeLimit = 240_000;
/** Half of the runs have no crash. */
const crashes = [...Array.from({ length: 6 }, () => undefined), 'now', ...corePoints] as const;

test(
  'once everything works again, running is the device’s tree and the session is synced (1, 2, 5, 11, 12, 13)',
  async () => {
    await explore({
      name: 'session',
      seeds: 5_000,
      atLeast: 5_000,
      budgetMs: 180_000,
      run: async (sim) => {
        const world = new SessionWorld(
          sim,
          { kind: 'stream', delivery: 'ON_CHANGE', sampleIntervalNs: 0n },
          sim.choose(4),
        );
        sim.invariant('at most one batch is under way', () => world.underWay <= 1);
        sim.invariant('the ledger balances and nothing is dropped', () => {
          const ledger = world.observe()?.syncs[0]?.ledger;
          return ledger === undefined || balances(ledger);
        });
        let epoch = 0;
        sim.invariant('epochs only grow', () => {
          const now = world.session.view.state.epoch;
          const grown = now >= epoch;
          epoch = now;
          return grown;
        });
        sim.invariant('the session is no further than its epoch', () => {
          const { phase, epoch: wanted } = world.session.view.state;
          const { sealed, synced } = world.coreSaid;
          if (phase.kind === 'committing') return sealed === wanted;
          return phase.kind !== 'synced' || synced === wanted;
        });
        world.session.start('start');
        for (let times = sim.choose(12); times > 0; times--) sim.schedule('change', () => world.change());
        for (let times = sim.choose(3); times > 0; times--) {
          sim.schedule('resync', () => void world.session.resync(sim.signal).catch(() => {}));
        }
        if (sim.choose(2) === 1) {
          sim.schedule('pause', () => {
            world.session.stop('paused');
            sim.schedule('resume', () => world.session.start('resume'));
          });
        }
        if (sim.choose(2) === 1) world.disk.breakFor(sim);
        const crash = crashes[sim.choose(crashes.length)];
        if (crash !== undefined) sim.schedule('crash', () => world.crash(crash));
        await sim.settled();
        expect(world.session.view.state.phase.kind).toBe('synced');
        const reader = world.read();
        await sim.settled();
        expect(reader.tree).toEqual(world.device.tree);
        expect(world.observe()?.syncs[0]?.ledger.pending).toBe(0);
        world.close();
        await sim.settled();
      },
    });
  },
  timeLimit,
);
