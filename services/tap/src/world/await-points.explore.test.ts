// Everything that may happen while a stream opens, at each moment at which its tap awaits a neighbour: as a call is
// sent, as it takes effect, and as it is answered.

import { explore, type Simulation } from '@syncline/testkit/explorer.ts';
import { expect, test } from 'vitest';
import { vipsOf } from './chaos.ts';
import { stream } from './model-tap.ts';
import { end, recoveryMs, worldWith } from './scenario.ts';
import type { TapWorld } from './tap-world.ts';

const web = stream('web');
/** A Request, and lists and writes to the NSP that follow each other, of three moments each, at the least. */
const leastMoments = 15;
/** What the NSP lost without a word is found by the next refresh. */
const refreshMs = 40_000;
const lost = 'an NSP that loses its data';
const briefMs = 40;

type Event = (world: TapWorld) => void | Promise<void>;

const events: Readonly<Record<string, Event>> = {
  'other addresses': ({ proxy }) => proxy.conduit('edge').changeSubnet(),
  'other addresses, twice': async (world) => {
    world.proxy.conduit('edge').changeSubnet();
    await world.pass(1);
    world.proxy.conduit('edge').changeSubnet();
  },
  'no addresses for a moment': async (world) => {
    world.proxy.conduit('edge').tellAll(() => []);
    await world.pass(briefMs);
    world.proxy.conduit('edge').tellAll();
  },
  'a link that goes down, and up again': async (world) => {
    world.proxy.conduit('edge').setState('down');
    await world.pass(briefMs);
    world.proxy.conduit('edge').setState('up');
  },
  'a connection that is deleted': ({ proxy }) => proxy.conduit('edge').deleteAll(),
  'a stream that is taken out of the configuration, and put back': async (world) => {
    world.nsp.configure(new Map());
    await world.pass(briefMs);
    world.nsp.configure(new Map([['web', 4]]));
  },
  'max-targets that shrink': ({ nsp }) => nsp.configure(new Map([['web', 1]])),
  'other VIPs': ({ nsp }) => nsp.setVips(vipsOf(2)),
  'an NSP that restarts': ({ nsp }) => nsp.restart(true),
  [lost]: ({ nsp }) => nsp.restart(false),
  'a proxy that restarts': ({ proxy }) => proxy.conduit('edge').restart(),
  'a Close, and an Open': async (world) => {
    world.taps[0]?.close(web);
    await world.pass(1);
    world.taps[0]?.open(web);
  },
};

/** Opens a stream; the event comes at the `nth` moment. False when the stream was OPEN before that. */
async function openDuring(sim: Simulation, what: string, nth: number): Promise<boolean> {
  const world = worldWith(sim, { web: 4 });
  world.nsp.setVips(vipsOf(1));
  const tap = world.addTap();
  let left = nth;
  const moment = () => {
    left -= 1;
    if (left === -1) sim.schedule(what, () => events[what]?.(world), 1);
  };
  for (const lane of [world.nsp.lanes.of(tap.process), world.proxy.conduit('edge').lanes.of(tap.process)])
    lane.onMoment = moment;
  tap.open(web);
  await world.pass(1_000);
  const hasHappened = left < 0;
  left = Number.POSITIVE_INFINITY;
  await world.pass(what === lost ? refreshMs : recoveryMs);
  world.expectConverged();
  await end(sim, world);
  return hasHappened;
}

test.each(Object.keys(events))(
  '%s, at every moment of an Open: one target is there in the end (F2, F9, A3)',
  async (what) => {
    let moments = 0;
    for (let isReached = true; isReached; moments += 1) {
      isReached = false;
      const nth = moments;
      await explore({
        name: `${what} at ${nth}`,
        seeds: 4,
        budgetMs: 5_000,
        run: async (sim) => {
          if (await openDuring(sim, what, nth)) isReached = true;
        },
      });
    }
    expect(moments).toBeGreaterThan(leastMoments);
  },
);
