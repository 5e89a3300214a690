import { AsyncLocalStorage } from 'node:async_hooks';
import { explore, type Simulation } from '@syncline/testkit/explorer.ts';
import { expect, test } from 'vitest';
import { sleep } from './clock.ts';
import { LifecycleGate } from './lifecycle-gate.ts';

/**
 * Something that listens on a port while it is up, whose starts and stops are slow, fail, or ignore their
 * abort.
 */
class Server {
  readonly #sim: Simulation;
  listening = 0;
  starts = 0;
  /** The generations that came up. */
  readonly up: number[] = [];

  constructor(sim: Simulation) {
    this.#sim = sim;
  }

  async start(generation: number, signal: AbortSignal): Promise<void> {
    this.starts += 1;
    const manner = this.#sim.choose(4);
    if (manner === 1) throw new Error('start failed at once');
    await this.#sim.pause(`start ${generation}`, manner === 2 ? this.#sim.signal : signal);
    if (manner === 3) throw new Error('start failed later');
    this.listening += 1;
    this.up.push(generation);
  }

  async stop(signal: AbortSignal): Promise<void> {
    const manner = this.#sim.choose(5);
    if (manner === 1) throw new Error('stop failed at once');
    await this.#sim.pause('stop');
    if (manner === 2) throw new Error('stop failed later');
    if (manner === 3) await sleep(this.#sim.clock, 20_000, signal);
    if (manner === 4) await sleep(this.#sim.clock, 20_000, this.#sim.signal);
    this.listening = 0;
  }
}

type Told = { startedNow: boolean } | { stoppedNow: boolean } | { error: string };

type GateScenario = (sim: Simulation, gate: LifecycleGate, server: Server) => Promise<void>;

async function exploreGate(name: string, run: GateScenario): Promise<void> {
  await explore({
    name,
    seeds: 6_000,
    budgetMs: 8_000,
    run: async (sim) => {
      const gate = new LifecycleGate({
        clock: sim.clock,
        stopTimeoutMs: 10_000,
        scope: new AsyncLocalStorage<object>(),
      });
      const server = new Server(sim);
      sim.invariant('generations do not overlap', () => server.listening <= 1);
      sim.invariant('stopped means nothing runs', () => gate.state !== 'stopped' || server.listening === 0);
      sim.invariant('generation counts the starts that were run', () => gate.generation === server.starts);
      await run(sim, gate, server);
    },
  });
}

test('under any interleaving no generations overlap and every caller is answered truly', async () => {
  await exploreGate('gate answers', async (sim, gate, server) => {
    const told: Told[] = [];
    const tell = (answer: Promise<{ startedNow: boolean } | { stoppedNow: boolean }>) =>
      answer.then(
        (result) => void told.push(result),
        (error: Error) => void told.push({ error: error.name }),
      );
    const calls = 2 + sim.choose(7);
    for (let call = 0; call < calls; call += 1) {
      if (sim.choose(2) === 0) {
        sim.schedule(`call start ${call}`, () =>
          tell(gate.start((signal) => server.start(gate.generation, signal))),
        );
      } else {
        sim.schedule(`call stop ${call}`, () => tell(gate.stop((signal) => server.stop(signal))));
      }
    }
    await sim.settled();

    expect(told, 'every caller is answered').toHaveLength(calls);
    const startedNow = told.filter((answer) => 'startedNow' in answer && answer.startedNow);
    expect(startedNow.length, 'nobody is told of a start that did not come up').toBeLessThanOrEqual(
      server.up.length,
    );
    expect(new Set(server.up).size, 'each generation comes up at most once').toBe(server.up.length);
    if (gate.state === 'started') {
      expect(server.listening).toBe(1);
      expect(startedNow.length).toBeGreaterThanOrEqual(1);
    }
    expect(['stopped', 'started', 'stopFailed']).toContain(gate.state);

    // However it was left, stops that work bring it down and it can be used again.
    if (gate.state !== 'stopped') {
      await gate.stop(() => {
        server.listening = 0;
        return Promise.resolve();
      });
    }
    const start = () => {
      server.starts += 1;
      return Promise.resolve();
    };
    expect(await gate.start(start)).toEqual({ startedNow: true });
  });
});

test('the latest call decides: after a stop that succeeds and no later start it is stopped', async () => {
  await exploreGate('gate obeys the latest', async (sim, gate, server) => {
    let last = 'stop';
    let stopFailed = false;
    for (const call of [1, 2, 3, 4]) {
      sim.schedule(`call start ${call}`, () => {
        last = 'start';
        return Promise.allSettled([gate.start((signal) => server.start(gate.generation, signal))]);
      });
      sim.schedule(`call stop ${call}`, async () => {
        last = 'stop';
        const stop = async () => {
          await sim.pause('stop');
          server.listening = 0;
        };
        const [outcome] = await Promise.allSettled([gate.stop(stop)]);
        stopFailed ||= outcome.status === 'rejected';
      });
    }
    await sim.settled();
    if (last === 'stop' && !stopFailed) expect(gate.state).toBe('stopped');
  });
});
