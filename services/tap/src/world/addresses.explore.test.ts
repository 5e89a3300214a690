// Events about the addresses of a connection, in any number and order, while its stream is OPEN.

import { expect, test } from 'vitest';
import { vipsOf } from './chaos.ts';
import type { ModelConduit } from './model-proxy.ts';
import { stream, timings } from './model-tap.ts';
import { exploreWorld } from './scenario.ts';
import type { TapWorld } from './tap-world.ts';

const streams = { web: 100 };

/** The conduit of a tap whose stream is OPEN. */
async function opened(world: TapWorld): Promise<ModelConduit> {
  const conduit = world.proxy.conduit('edge');
  world.addTap().open(stream('web'));
  await world.pass(3_000);
  world.expectConverged();
  expect(conduit.requests).toBe(1);
  return conduit;
}

test('events that say the same, in whatever order, and moments without addresses change nothing (I13, I19)', async () => {
  await exploreWorld({ name: 'same-addresses', seeds: 300, streams }, async (sim, world) => {
    const conduit = await opened(world);
    world.nsp.setVips(vipsOf(2));
    await world.pass(100);
    const before = {
      created: world.nsp.created,
      requests: conduit.requests,
      shown: world.taps[0]?.published,
    };
    // Other next hops are asked for, and addresses that are gone are asked about; the same VIPs are neither.
    let mayAsk = false;
    for (let left = 1 + sim.choose(20); left > 0; left -= 1) {
      const event = sim.choose(5);
      mayAsk ||= event === 2 || event === 4;
      if (event === 0) conduit.tellAll();
      if (event === 1) conduit.tellAll((own) => own.toReversed());
      if (event === 2) conduit.setBridge(!conduit.hasBridge);
      if (event === 3) world.nsp.setVips(vipsOf(2).toReversed());
      if (event === 4) conduit.tellAll(() => []);
      await world.pass(sim.choose(timings.emptyGraceMs / 4));
      if (event === 4) conduit.tellAll();
    }
    await world.pass(3_000);
    expect(world.nsp.created).toBe(before.created);
    expect(world.taps[0]?.published).toBe(before.shown);
    if (!mayAsk) expect(conduit.requests).toBe(before.requests);
    if (conduit.hasBridge) world.expectConverged();
  });
}, 60_000);

test('each set of addresses is registered once at most, the last one in the end (I13)', async () => {
  await exploreWorld({ name: 'other-addresses', seeds: 400, streams }, async (sim, world) => {
    const conduit = await opened(world);
    const { created } = world.nsp;
    const identifier = world.nsp.entries[0]?.identifier;
    const changes = 1 + sim.choose(5);
    for (let left = changes; left > 0; left -= 1) {
      conduit.changeSubnet();
      await world.pass(sim.choose(2) * sim.choose(30));
    }
    await world.pass(3_000);
    world.expectConverged();
    expect(world.nsp.created - created).toBeLessThanOrEqual(changes);
    expect(world.nsp.entries[0]?.identifier).toBe(identifier);
  });
}, 60_000);

test('VIPs that change fifty times a second are asked for once each at most, the last ones in the end (F12, I19)', async () => {
  await exploreWorld({ name: 'vip-churn', seeds: 60, streams }, async (sim, world) => {
    const conduit = await opened(world);
    const { created, vipLists } = world.nsp;
    const { requests } = conduit;
    const shown = world.taps[0]?.published;
    const changes = 50 * (1 + sim.choose(3));
    for (let left = changes; left > 0; left -= 1) {
      const others = sim.choose(3);
      world.nsp.setVips(vipsOf(others < world.nsp.vips.length ? others : others + 1));
      await world.pass(20);
    }
    await world.pass(1_000);
    world.expectConverged();
    expect(world.nsp.vipLists - vipLists).toBe(changes);
    expect(conduit.requests - requests).toBeLessThanOrEqual(changes);
    expect(world.nsp.created).toBe(created);
    expect(world.taps[0]?.published).toBe(shown);
  });
}, 60_000);

test('addresses that stay away longer than the grace are believed to be gone, and come back (I5)', async () => {
  await exploreWorld({ name: 'no-addresses', seeds: 100, streams }, async (sim, world) => {
    const conduit = await opened(world);
    conduit.hasAddresses = false;
    conduit.tellAll();
    await world.pass(timings.emptyGraceMs + 50 + sim.choose(1_000));
    expect(world.taps[0]?.rows).toMatchObject([{ status: 'unavailable', reason: 'no local IPs' }]);
    expect(world.nsp.entries).toEqual([]);
    conduit.hasAddresses = true;
    conduit.tellAll();
    await world.pass(1_000);
    world.expectConverged();
  });
}, 60_000);

test('an event that nothing follows and that the proxy does not confirm is not believed for long (F3, F8)', async () => {
  await exploreWorld({ name: 'stale-event', seeds: 100, streams }, async (sim, world) => {
    const conduit = await opened(world);
    const { created } = world.nsp;
    const isEmpty = sim.choose(2) === 0;
    conduit.tellAll((own) => (isEmpty ? [] : own.slice(1)));
    await world.pass(timings.emptyGraceMs + 500);
    world.expectConverged();
    if (isEmpty) expect(world.nsp.created).toBe(created);
  });
}, 60_000);

test('an event of former addresses that is read while the proxy answers with others is not believed for long (F8)', async () => {
  await exploreWorld({ name: 'late-event', seeds: 200, streams }, async (_, world) => {
    const conduit = await opened(world);
    const former = conduit.subnet;
    conduit.subnet += 10;
    let isRenewing = false;
    conduit.lanes.of('tap-1').onMoment = () => {
      if (isRenewing) return;
      isRenewing = true;
      conduit.eventFaults = true;
      conduit.tellLate(former);
    };
    await world.pass(timings.renewMs * (1 + timings.renewJitter) + timings.emptyGraceMs);
    expect(isRenewing).toBe(true);
    world.expectConverged();
  });
}, 60_000);

test('ten thousand events of the same addresses register nothing and show nothing (I13)', async () => {
  await exploreWorld({ name: 'event-storm', seeds: 2, streams }, async (_, world) => {
    const conduit = await opened(world);
    const { created } = world.nsp;
    const shown = world.taps[0]?.published;
    for (let left = 10_000; left > 0; left -= 1) conduit.tellAll((own) => own.toReversed());
    await world.pass(1_000);
    expect(world.nsp.created).toBe(created);
    expect(world.taps[0]?.published).toBe(shown);
  });
}, 60_000);
