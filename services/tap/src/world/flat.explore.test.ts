// One life of a tap with everything that happens to taps, again and again: nothing stays of what is over, be it a
// timer, a listener, a loop or an entry of a map. What is there is counted after a full collection, so that one object
// too many is one too many.

import { queryObjects } from 'node:v8';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import { fairChoices } from '@syncline/testkit/explorer-choice-source.ts';
import { runScenario } from '@syncline/testkit/explorer-run.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { vipsOf } from './chaos.ts';
import { stream } from './model-tap.ts';
import { end, worldWith } from './scenario.ts';
import type { TapWorld } from './tap-world.ts';

/** SYNCLINE_FLAT_CYCLES=10000 is as many as spec I15 has, and takes minutes. */
const cycles = Number(process.env['SYNCLINE_FLAT_CYCLES'] ?? '300');
const timeLimit = 60_000 + cycles * 100;
/** After these all is there that is made once. */
const warmUp = 50;

/** A listener that was left keeps one of these, or one of these keeps it. */
const kinds = { AbortController, AbortSignal, Map, Promise, Set, WeakRef };

/** How many there are of each kind of thing. */
type Census = Readonly<Record<string, number>>;

/** What else happens in a cycle; afterwards all is as before, but for what it left behind. */
const events: readonly ((world: TapWorld) => void | Promise<void>)[] = [
  () => undefined,
  ({ nsp }) => {
    nsp.setVips(vipsOf(nsp.vips.length === 1 ? 2 : 1));
  },
  ({ proxy }) => {
    const edge = proxy.conduit('edge');
    edge.subnet = edge.subnet === 1 ? 3 : 1;
    edge.tellAll();
  },
  async (world) => {
    const edge = world.proxy.conduit('edge');
    edge.setState('down');
    await world.pass(10);
    edge.setState('up');
  },
  ({ nsp }) => nsp.restart(true),
  ({ proxy }) => proxy.conduit('edge').restart(),
  ({ proxy }) => proxy.conduit('edge').deleteAll(),
  async (world) => {
    world.nsp.health.set('failing');
    await world.pass(50);
    world.nsp.health.set('well');
  },
  async (world) => {
    const core = world.proxy.conduit('core');
    core.health.set('hanging');
    await world.pass(50);
    core.health.set('well');
  },
  ({ nsp }) => {
    nsp.configure(new Map([['dns', 5]]));
    nsp.configure(
      new Map([
        ['web', 4],
        ['dns', 5],
      ]),
    );
  },
];

/** A conduit that stays, and a stream of it that comes and goes; a conduit that comes and goes. */
async function cycle(sim: Simulation, world: TapWorld, nth: number): Promise<void> {
  const [tap] = world.taps;
  const brief = [stream('web'), stream('web', 'core')];
  for (const name of brief) tap?.open(name);
  await world.pass(sim.choose(2) * 30);
  await events[nth % events.length]?.(world);
  await world.pass(sim.choose(2) * 30);
  for (const name of brief) tap?.close(name);
  await world.pass(sim.choose(2) * 10);
}

/** What there is, when nothing has happened for a while. */
async function census(sim: Simulation, world: TapWorld): Promise<Census> {
  await world.pass(10_000);
  if (!(sim.clock instanceof VirtualClock)) throw new Error('the time of a simulation is virtual');
  const counts = Object.entries(kinds).map(
    ([name, kind]) => [name, queryObjects(kind, { format: 'count' })] as const,
  );
  const loops = world.taps.reduce((sum, tap) => sum + tap.loops, 0);
  return Object.fromEntries([...counts, ['timers', sim.clock.pending], ['loops', loops]]);
}

/** What there is more of than before, and by how much. */
function grown(before: Census, after: Census): Census {
  const more = Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)] as const);
  return Object.fromEntries(more.filter(([, count]) => count > 0));
}

/** Opens a stream that stays, lets `count` cycles pass, and closes it. */
async function life(sim: Simulation, world: TapWorld, count: number) {
  const [tap] = world.taps;
  tap?.open(stream('dns'));
  for (let nth = 0; nth < count; nth += 1) await cycle(sim, world, nth);
  const open = await census(sim, world);
  world.expectConverged();
  tap?.close(stream('dns'));
  return { open, closed: await census(sim, world) };
}

test(
  'after hundreds of cycles of everything that happens to a tap there is nothing more of it than after a few (I15)',
  async () => {
    // One run: the same leak in a shorter one, which explore() would look for, says no more.
    const scenario = async (sim: Simulation) => {
      const world = worldWith(sim, { web: 4, dns: 5 });
      world.addTap();
      const few = await life(sim, world, warmUp);
      const many = await life(sim, world, cycles);
      expect(grown(few.open, many.open)).toEqual({});
      expect(grown(few.closed, many.closed)).toEqual({});
      expect(many.closed).toMatchObject({ timers: 0, loops: 0 });
      await end(sim, world);
    };
    const { failure } = await runScenario(scenario, fairChoices(15), Number.POSITIVE_INFINITY);
    if (failure !== undefined) throw failure.error;
  },
  timeLimit,
);
