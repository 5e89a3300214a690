// Neighbours that do not answer, for longer than anybody waits: what a tap then still owes to its application.

import { expect, test } from 'vitest';
import { heal } from './chaos.ts';
import type { Mode } from './health.ts';
import { stream, timings } from './model-tap.ts';
import { exploreWorld, pause, recoveryMs, threeStreams } from './scenario.ts';

const unwell: readonly Mode[] = ['hanging', 'failing', 'slow'];

test('whatever does not answer, a tap is drained within its budgets (I20, F17)', async () => {
  await exploreWorld({ name: 'draining', seeds: 400 }, async (sim, world) => {
    const tap = world.addTap();
    for (const name of threeStreams) tap.open(name);
    await pause(sim, world);
    world.nsp.health.set(unwell[sim.choose(3)] ?? 'hanging');
    for (const conduit of ['edge', 'core'])
      world.proxy.conduit(conduit).health.set(unwell[sim.choose(3)] ?? 'hanging');
    await pause(sim, world);
    const beganMs = sim.clock.monotonic();
    expect(await tap.drain(sim.signal)).toBe(true);
    expect(sim.clock.monotonic() - beganMs).toBeLessThanOrEqual(
      timings.stream.unregisterMs + timings.closeMs + 100,
    );
  });
}, 60_000);

test('what comes back within the budgets gets back everything that it gave (I6, F17)', async () => {
  await exploreWorld({ name: 'coming-back', seeds: 200 }, async (sim, world) => {
    const tap = world.addTap();
    for (const name of threeStreams) tap.open(name);
    await world.pass(100);
    const neighbours = [world.nsp, world.proxy.conduit('edge'), world.proxy.conduit('core')];
    for (const { health } of neighbours)
      if (sim.choose(3) > 0) health.set(unwell[sim.choose(2)] ?? 'hanging');
    for (const name of threeStreams) tap.close(name);
    await world.pass(8_000 * sim.choose(2));
    heal(world);
    await world.pass(timings.stream.unregisterMs);
    expect(tap.left).toEqual([]);
    expect(world.nsp.entries).toEqual([]);
  });
}, 60_000);

test('a conduit for which nobody answers delays no other conduit, be it opened or closed (I10)', async () => {
  await exploreWorld({ name: 'isolation', seeds: 200 }, async (sim, world) => {
    const tap = world.addTap();
    const edge = world.proxy.conduit('edge');
    if (sim.choose(2) === 1) {
      tap.open(stream('dns'));
      await pause(sim, world);
    }
    if (sim.choose(3) > 0) edge.health.set(unwell[sim.choose(2)] ?? 'hanging');
    if (sim.choose(3) > 0) world.nsp.deafTo = 'edge';
    tap.open(stream('web'));
    if (sim.choose(2) === 1) tap.close(stream('dns'));
    const other = stream('web', 'core');
    tap.open(other);
    // Three lists, a Request, and four calls to the NSP, of at most two ways of 2 ms each.
    await world.pass(32);
    expect(tap.rows.find((row) => row.stream.conduit === 'core')).toMatchObject({ status: 'open' });
    tap.close(other);
    // Unregister and Close.
    await world.pass(8);
    expect([world.nsp.of(other), world.proxy.conduit('core').taps]).toEqual([[], []]);
    edge.health.set('well');
    world.nsp.deafTo = undefined;
  });
}, 60_000);

test('open all and close all by status, on conduits whose bridge never has an address, stays stable (F1, F6)', async () => {
  await exploreWorld({ name: 'no-bridge', seeds: 150 }, async (sim, world) => {
    const tap = world.addTap();
    for (const conduit of ['edge', 'core']) world.proxy.conduit(conduit).hasBridge = false;
    for (let cycle = 2 * (1 + sim.choose(4)); cycle > 0; cycle -= 1) {
      const isOpen = tap.rows.some(({ status }) => status === 'open');
      for (const name of threeStreams)
        if (isOpen) tap.close(name);
        else tap.open(name);
      await world.pass(150);
      // With the addresses that the connections have, as there is no gateway to tell which of them are local.
      const expected = isOpen ? [] : threeStreams.map(() => 'open');
      expect(tap.rows.map(({ status }) => status)).toEqual(expected);
      expect(world.nsp.entries.map(({ status }) => status)).toEqual(expected.map(() => 'enabled'));
      const { published } = tap;
      await world.pass(150);
      expect(tap.published).toBe(published);
    }
    expect(world.nsp.entries).toEqual([]);
  });
}, 60_000);

test('a neighbour that always fails is asked less and less, down to once in a few seconds a loop (I12)', async () => {
  await exploreWorld({ name: 'failing', seeds: 20 }, async (sim, world) => {
    const tap = world.addTap();
    for (const name of threeStreams) tap.open(name);
    await pause(sim, world);
    world.nsp.health.set('failing');
    for (const conduit of ['edge', 'core']) world.proxy.conduit(conduit).health.set('failing');
    const calls = world.nsp.lanes.of(tap.process).calls;
    const edge = world.proxy.conduit('edge').lanes.of(tap.process);
    const requests = edge.calls;
    await world.pass(600_000);
    // A delay of full jitter is half the longest on average; an attempt may make some calls before one fails.
    expect(world.nsp.lanes.of(tap.process).calls - calls).toBeLessThan((600 / 2.5) * 3 * 2);
    expect(edge.calls - requests).toBeLessThan((600 / 2.5) * 2);
    heal(world);
    await world.pass(70_000);
    world.expectConverged();
  });
}, 60_000);

test.each([
  { unregisterOnDown: false, left: 3 },
  { unregisterOnDown: true, left: 1 },
])(
  'a link that is down shows at once; $left targets stay when unregisterOnDown is $unregisterOnDown',
  async (of) => {
    await exploreWorld({ name: `down-${of.unregisterOnDown}`, seeds: 100 }, async (_, world) => {
      const { unregisterOnDown } = of;
      const tap = world.addTap({ ...timings, stream: { ...timings.stream, unregisterOnDown } });
      for (const name of threeStreams) tap.open(name);
      await world.pass(3_000);
      world.proxy.conduit('edge').setState('down');
      await world.pass(100);
      expect(tap.rows.map(({ status }) => status)).toEqual(['unavailable', 'unavailable', 'open']);
      expect(world.nsp.entries).toHaveLength(of.left);
      heal(world);
      await world.pass(recoveryMs);
      world.expectConverged();
    });
  },
  60_000,
);
