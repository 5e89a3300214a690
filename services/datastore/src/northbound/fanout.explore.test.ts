// The northbound side with the real core, clients of any speed, and messages that cross each other anywhere. The
// numbers are those of datastore.md 6.5.

import { sleep } from '@syncline/runtime/clock.ts';
import { explore, type Simulation } from '@syncline/testkit/explorer.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { backpressureMs, SimulatedNetwork } from './world/network.ts';

const timeLimit = 120_000;
const quietMs = 30_000;

function changeAtAnyTime(sim: Simulation, network: SimulatedNetwork, setsOnly: boolean): void {
  for (let step = 1 + sim.choose(30); step > 0; step--) {
    sim.schedule('change', () => network.change(setsOnly), 5_000);
  }
}

async function end(sim: Simulation, network: SimulatedNetwork): Promise<void> {
  network.delete();
  network.fanout[Symbol.dispose]();
  await sleep(sim.clock, 1_000, sim.signal);
}

test(
  'what a subscriber has rebuilt from its stream is running, at any speed and wherever it joins (20)',
  async () => {
    await explore({
      name: 'northbound',
      seeds: 2_000,
      atLeast: 200,
      budgetMs: 10_000,
      run: async (sim) => {
        const network = new SimulatedNetwork(sim);
        const clients = Array.from(
          { length: 1 + sim.choose(3) },
          () => network.subscribe('stream', 'steady').client,
        );
        changeAtAnyTime(sim, network, false);
        sim.schedule('late', () => clients.push(network.subscribe('stream', 'steady').client), 5_000);
        await sleep(sim.clock, quietMs, sim.signal);
        for (const client of clients) {
          expect(client.ended).toBe(undefined);
          expect(client.syncs).toBe(1);
          expect(client.tree).toEqual(network.device.tree);
        }
        expect(network.fanout.counts(1)).toMatchObject({
          subscribers: clients.length,
          lagging: 0,
          slowConsumers: 0,
        });
        await end(sim, network);
      },
    });
  },
  timeLimit,
);

test(
  'values that a subscriber did not see add up to the duplicates it was told (20)',
  async () => {
    await explore({
      name: 'northbound duplicates',
      seeds: 1_000,
      budgetMs: 5_000,
      run: async (sim) => {
        const network = new SimulatedNetwork(sim);
        const { client } = network.subscribe('stream', 'steady');
        await sleep(sim.clock, 1_000, sim.signal);
        changeAtAnyTime(sim, network, true);
        await sleep(sim.clock, quietMs, sim.signal);
        expect(BigInt(client.shown + client.missed)).toBe(network.device.values);
        await end(sim, network);
      },
    });
  },
  timeLimit,
);

test(
  'a reader that stops ends with ABORTED, alone, and never holds more than its bound (21)',
  async () => {
    await explore({
      name: 'slow consumer',
      seeds: 1_000,
      budgetMs: 5_000,
      run: async (sim) => {
        const network = new SimulatedNetwork(sim);
        const stuck = network.subscribe('stream', 'stalls').client;
        const steady = network.subscribe('stream', 'steady').client;
        sim.invariant(
          'its queue holds its bound, one page and one message',
          () => stuck.mostQueuedBytes < 3_000,
        );
        changeAtAnyTime(sim, network, false);
        await sleep(sim.clock, quietMs, sim.signal);
        expect(stuck.ended).toBe(Status.ABORTED);
        expect(steady.ended).toBe(undefined);
        expect(steady.tree).toEqual(network.device.tree);
        expect(network.fanout.counts(1)).toMatchObject({ subscribers: 1, slowConsumers: 1 });
        await end(sim, network);
      },
    });
  },
  timeLimit,
);

test(
  'the device waits for readers who read, and once for one who does not',
  async () => {
    let waitedMs = 0;
    await explore({
      name: 'backpressure',
      seeds: 1_000,
      budgetMs: 3_000,
      run: async (sim) => {
        const network = new SimulatedNetwork(sim);
        const reading = sim.choose(2) === 0 ? 'steady' : 'stalls';
        const { client } = network.subscribe('stream', reading);
        changeAtAnyTime(sim, network, false);
        await sleep(sim.clock, quietMs, sim.signal);
        const { heldMs } = network.fanout.counts(1);
        if (reading === 'stalls') expect(heldMs).toBeLessThanOrEqual(backpressureMs);
        else {
          expect(client.tree).toEqual(network.device.tree);
          waitedMs += heldMs;
        }
        await end(sim, network);
      },
    });
    expect(waitedMs).toBeGreaterThan(0);
  },
  timeLimit,
);

test(
  'each poll is answered by one full set, and a half-close by OK when all are answered',
  async () => {
    await explore({
      name: 'polls',
      seeds: 500,
      budgetMs: 2_000,
      run: async (sim) => {
        const network = new SimulatedNetwork(sim);
        const { client, subscriber } = network.subscribe('poll', 'steady');
        changeAtAnyTime(sim, network, false);
        const polls = sim.choose(3);
        for (let poll = 0; poll < polls; poll++) sim.schedule('poll', () => subscriber.poll(), 1_000);
        await sleep(sim.clock, quietMs, sim.signal);
        subscriber.poll();
        subscriber.halfClosed();
        await sleep(sim.clock, quietMs, sim.signal);
        expect(client.syncs).toBe(polls + 2);
        expect(client.ended).toBe(Status.OK);
        for (const [place, value] of network.device.tree) expect(client.tree.get(place)).toBe(value);
        await end(sim, network);
      },
    });
  },
  timeLimit,
);

test(
  'ONCE ends with OK after its set, and a subscriber that goes is forgotten',
  async () => {
    await explore({
      name: 'once and gone',
      seeds: 500,
      budgetMs: 2_000,
      run: async (sim) => {
        const network = new SimulatedNetwork(sim);
        changeAtAnyTime(sim, network, false);
        const once = network.subscribe('once', 'steady').client;
        const leaving = network.subscribe('stream', 'steady').client;
        sim.schedule('client cancels', () => leaving.cancel(), 5_000);
        await sleep(sim.clock, quietMs, sim.signal);
        expect(once.syncs).toBe(1);
        expect(once.ended).toBe(Status.OK);
        expect(network.fanout.counts(1)).toMatchObject({ subscribers: 0 });
        await end(sim, network);
      },
    });
  },
  timeLimit,
);

test('a datastore that goes ends its subscribers with UNAVAILABLE', async () => {
  await explore({
    name: 'datastore goes',
    seeds: 300,
    budgetMs: 2_000,
    run: async (sim) => {
      const network = new SimulatedNetwork(sim);
      const { client } = network.subscribe('stream', 'steady');
      changeAtAnyTime(sim, network, false);
      sim.schedule('delete', () => network.delete(), 5_000);
      await sleep(sim.clock, quietMs, sim.signal);
      expect(client.ended).toBe(Status.UNAVAILABLE);
      network.fanout[Symbol.dispose]();
    },
  });
});
