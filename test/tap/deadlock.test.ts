// Meridio #578 in virtual time: proxies without bridge addresses, two conduits, three streams, all opened and all closed in
// turn. The lock graph of upstream must hang there, or the test would prove nothing; ours must not.

import { sleep } from '@syncline/runtime/clock.ts';
import { explore, type Simulation } from '@syncline/testkit/explorer.ts';
import { fullName, type StreamName } from '@syncline/trench/stream-name.ts';
import { expect, test } from 'vitest';
import { ModelNsp } from '../../services/tap/src/world/model-nsp.ts';
import { ModelProxy, parsed } from '../../services/tap/src/world/model-proxy.ts';
import { ModelTap } from '../../services/tap/src/world/model-tap.ts';
import { LockedTap } from './lock-graph/tap.ts';
import { WaitGraph } from './lock-graph/wait-graph.ts';
import { type DrivenTap, drive, seedStreams } from './seed-driver.ts';

const seeds = 20;
const cycles = 200;
const cycleMs = 300;
const maxSteps = 2_000_000;

/** Meridio's waits, a hundredth of them as the cycle is of its 30 s. */
const waits = {
  connectRetryMs: 20,
  monitorRetryMs: 50,
  watchRetryMs: 5,
  vipRetryMs: 10,
  openRetryMs: 10,
  refreshMs: 300,
  callMs: 15_000,
};

interface Neighbours {
  readonly nsp: ModelNsp;
  readonly proxy: ModelProxy;
  readonly violations: string[];
}

function neighbours(sim: Simulation, hasBridge: boolean): Neighbours {
  const violations: string[] = [];
  const violate = (what: string) => void violations.push(what);
  const nsp = new ModelNsp(sim, violate);
  const proxy = new ModelProxy(sim, violate);
  nsp.configure(new Map(seedStreams.map(({ stream }) => [stream, 100])));
  nsp.setVips([parsed('20.0.0.1/32')]);
  for (const { conduit } of seedStreams) proxy.conduit(conduit).hasBridge = hasBridge;
  return { nsp, proxy, violations };
}

/** Drives the lock graph. Gives the cycle in which it hangs, once it was seen to hang; undefined when it came through. */
async function driveLocks(sim: Simulation, hasBridge: boolean): Promise<readonly string[] | undefined> {
  const { nsp, proxy } = neighbours(sim, hasBridge);
  const graph = new WaitGraph();
  const ports = {
    registry: nsp.registryFor('locked'),
    configuration: nsp.configurationFor(),
    proxy: proxy.portFor('locked', 1),
  };
  const { clock, signal } = sim;
  const preempt = () => sleep(clock, sim.choose(3), signal);
  const locked = new LockedTap({ ports, graph, clock, waits, signal, preempt });
  const tap: DrivenTap = {
    open: (stream) => locked.open(stream),
    close: (stream) => locked.close(stream),
    isListed: (stream) => locked.statuses.has(stream),
    isOpen: (stream) => locked.statuses.of(stream) === 'open',
  };
  const rpcMs = Number.POSITIVE_INFINITY;
  const driven = drive({ tap, streams: seedStreams, cycles, cycleMs, rpcMs, clock, signal });
  const cycle = await Promise.race([graph.deadlock, driven.then(() => undefined)]);
  if (cycle !== undefined) await expectFrozen(locked, cycle, sim);
  return cycle;
}

/** One conduit hangs. An Open of it is not answered within a minute, and none of the other conduit is either. */
async function expectFrozen(locked: LockedTap, cycle: readonly string[], sim: Simulation): Promise<void> {
  const answered: string[] = [];
  const isStuck = ({ conduit }: StreamName) => cycle.join().includes(conduit);
  const inOrder = seedStreams.toSorted((a, b) => Number(isStuck(b)) - Number(isStuck(a)));
  for (const stream of inOrder) {
    locked.open(stream).then(
      () => answered.push(stream.stream),
      () => undefined,
    );
    await sleep(sim.clock, 1_000, sim.signal);
  }
  await sleep(sim.clock, 60_000, sim.signal);
  expect(answered).toEqual([]);
}

test('the lock graph of upstream hangs in the setup of Meridio #578, in a cycle that leads from a stream up to its conduit', async () => {
  const hangs: (readonly string[])[] = [];
  let runs = 0;
  await explore({
    name: 'lock graph',
    seeds,
    budgetMs: 30_000,
    maxSteps,
    run: async (sim) => {
      runs += 1;
      const cycle = await driveLocks(sim, false);
      if (cycle !== undefined) hangs.push(cycle);
    },
  });
  console.info(`${hangs.length} of ${runs} runs hang, such as in:\n  ${hangs[0]?.join('\n  ')}`);
  expect(runs).toBe(seeds);
  expect(hangs.length).toBeGreaterThan(seeds / 2);
  for (const cycle of hangs)
    expect(cycle.join('\n')).toMatch(/opener of .* waits for Conduit\.mu of .*, held by/);
}, 60_000);

test('the same locks do not hang while the proxies have bridge addresses', async () => {
  await explore({
    name: 'lock graph with bridges',
    seeds: 4,
    budgetMs: 20_000,
    maxSteps,
    run: async (sim) => {
      expect(await driveLocks(sim, true)).toBeUndefined();
    },
  });
}, 60_000);

/** Whether every stream that was OPEN is so still, or is not listed any more. */
function staysOpen(tap: ModelTap): () => boolean {
  let open: ReadonlySet<string> = new Set();
  return () => {
    const flapped = tap.rows.some((row) => row.status !== 'open' && open.has(fullName(row.stream)));
    open = new Set(tap.rows.filter(({ status }) => status === 'open').map((row) => fullName(row.stream)));
    return !flapped;
  };
}

test('ours is driven in the same way for 20 seeds of 200 cycles: no RPC waits, all that is opened comes OPEN and stays so, and nothing is left', async () => {
  let runs = 0;
  await explore({
    name: 'seed',
    seeds,
    budgetMs: 40_000,
    maxSteps,
    run: async (sim) => {
      runs += 1;
      const { nsp, proxy, violations } = neighbours(sim, false);
      await using ours = new ModelTap(sim, 1, nsp, proxy);
      sim.invariant('rows and waits', () => ours.check());
      sim.invariant('what is OPEN stays so', staysOpen(ours));
      const rowOf = (stream: StreamName) =>
        ours.rows.find((row) => fullName(row.stream) === fullName(stream));
      const tap: DrivenTap = {
        open: (stream) => Promise.resolve(ours.open(stream)),
        close: (stream) => Promise.resolve(ours.close(stream)),
        isListed: (stream) => rowOf(stream) !== undefined,
        isOpen: (stream) => rowOf(stream)?.status === 'open',
      };
      const { clock, signal } = sim;
      const driven = await drive({ tap, streams: seedStreams, cycles, cycleMs, rpcMs: 1, clock, signal });
      const opened = (cycles / 2) * seedStreams.length;
      // How long an RPC took is not looked at: ours is over in the turn in which it is called, as its type says. What one
      // takes over processes is measured in seed.test.ts.
      expect(driven).toMatchObject({ cycles, hung: undefined, opened, cameOpen: opened });
      expect(await ours.drain(signal)).toBe(true);
      expect([nsp.entries, violations]).toEqual([[], []]);
    },
  });
  expect(runs).toBe(seeds);
}, 60_000);
