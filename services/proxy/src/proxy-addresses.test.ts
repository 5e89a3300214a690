// Where the addresses of bridge and connections come from, and what becomes of them when the ipam says otherwise.

import { sleep } from '@syncline/runtime/clock.ts';
import { expect } from 'vitest';
import { behaves, ip, owed } from './world/behaves.fixture.ts';
import { withVips } from './world/request.fixture.ts';
import { conduit, conduitSettings, quietMs } from './world/world.ts';

behaves(
  'under no_bridge_address there are no extra prefixes; cleared, every connection gets them unasked',
  async (world, sim) => {
    world.proxy.faults.set({ kind: 'no_bridge_address' }, conduit);
    const { srcIpAddrs, extraPrefixes } = (await world.ask('a')).context.ipContext;
    expect(extraPrefixes).toEqual([]);
    expect(world.conduit.bridge.lastError).toBe('the fault no_bridge_address is armed');
    await world.ask('a', withVips(['20.0.0.1/32']));
    const seen = world.watch('watcher');
    await sleep(sim.clock, 15_000, sim.signal);
    world.proxy.faults.clear(undefined);
    await sleep(sim.clock, 5_000, sim.signal);
    expect(ip(world, 'a')).toMatchObject({
      srcIpAddrs: ['20.0.0.1/32', ...srcIpAddrs],
      extraPrefixes: world.conduit.bridge.present?.addresses,
    });
    expect(ip(world, 'a')?.extraPrefixes).toHaveLength(1);
    expect(seen).toEqual(world.present());
  },
);

behaves(
  'under permute_addresses a Request is answered in another order than the connection has its addresses in',
  async (world) => {
    await world.ask('a');
    world.proxy.faults.set({ kind: 'permute_addresses' }, conduit);
    const { srcIpAddrs } = (await world.ask('a', withVips(['20.0.0.1/32']))).context.ipContext;
    expect(srcIpAddrs).toHaveLength(2);
    expect(ip(world, 'a')?.srcIpAddrs).toEqual(srcIpAddrs.toReversed());
  },
);

behaves('a connection is asked for again without the ipam', async (world) => {
  const first = await world.ask('a');
  world.ipam.mood = 'down';
  expect(await world.ask('a')).toEqual(first);
});

behaves(
  'in another subnet bridge and connections have other addresses, and the old ones are released',
  async (world, sim) => {
    const before = await world.ask('a');
    await world.ask('a', withVips(['20.0.0.1/32']));
    await world.ask('b');
    const gateways = world.conduit.bridge.present?.addresses ?? [];
    expect(await world.conduit.changeSubnet(sim.signal)).toBe(2);
    const after = world.conduit.bridge.present?.addresses ?? [];
    expect(after).not.toEqual(gateways);
    const moved = ip(world, 'a');
    expect(moved?.extraPrefixes).toEqual(after);
    expect(moved?.srcIpAddrs).toHaveLength(2);
    expect(moved?.srcIpAddrs).toContain('20.0.0.1/32');
    expect(moved?.srcIpAddrs).not.toContain(before.context.ipContext.srcIpAddrs[0]);
    expect(moved?.policies[0]?.routes).toEqual([{ prefix: '0.0.0.0/0', nextHop: after[0]?.split('/')[0] }]);
    await sleep(sim.clock, quietMs, sim.signal);
    expect(owed(world)).toEqual([]);
    expect(world.ipam.held()).toHaveLength(5);
  },
);

behaves('a change of subnet that takes too long says so, and goes on', async (world, sim) => {
  await world.ask('a');
  world.ipam.mood = 'down';
  await expect(world.conduit.changeSubnet(sim.signal)).rejects.toThrow(
    'has not moved after 2000 ms: the ipam is down',
  );
  world.ipam.mood = 'works';
  await sleep(sim.clock, 5_000, sim.signal);
  expect(ip(world, 'a')?.extraPrefixes).toEqual(world.conduit.bridge.present?.addresses);
});

behaves(
  'an ipam that forgot everything gives others at the next renewal, and watchers hear of it',
  async (world, sim) => {
    await world.ask('a');
    await world.ask('b');
    const seen = world.watch('watcher');
    await sleep(sim.clock, 20_000, sim.signal);
    world.ipam.forget();
    await sleep(sim.clock, 60_000, sim.signal);
    const assigned = [...world.conduit.state.connections.values()].flatMap(({ assigned: { src, dst } }) => [
      ...src,
      ...dst,
    ]);
    const gateways = world.conduit.bridge.present?.addresses ?? [];
    expect(new Set([...assigned, ...gateways]).size).toBe(5);
    expect(world.ipam.held()).toHaveLength(5);
    for (const { context } of world.present().values())
      expect(context.ipContext.extraPrefixes).toEqual(gateways);
    expect(seen).toEqual(world.present());
  },
  { renewMs: 30_000 },
);

behaves(
  'a conduit that the ipam has not any more keeps everything for the time of a release, then its connections end',
  async (world, sim) => {
    const before = await world.ask('a');
    await world.ask('b');
    const seen = world.watch('watcher');
    await sleep(sim.clock, 10_000, sim.signal);
    world.ipam.mood = 'bare';
    world.conduit.renew();
    await sleep(sim.clock, conduitSettings.release.delayMs / 2, sim.signal);
    expect([world.present().size, world.conduit.lastError]).toEqual([2, 'no such conduit']);
    expect((await world.ask('a')).context).toEqual(before.context);
    await sleep(sim.clock, conduitSettings.release.delayMs, sim.signal);
    expect([world.present().size, world.proxy.counts.orphaned]).toEqual([0, 2]);
    await expect(world.ask('a')).rejects.toThrow(
      `conduit "${conduit}" has no bridge address after 2000 ms: no such conduit`,
    );
    await sleep(sim.clock, quietMs, sim.signal);
    expect([owed(world), world.ipam.released]).toEqual([[], 4]);
    world.ipam.mood = 'works';
    await sleep(sim.clock, 2_000, sim.signal);
    await world.ask('a');
    expect(world.conduit.lastError).toBe('');
    await sleep(sim.clock, 5_000, sim.signal);
    expect(seen).toEqual(world.present());
  },
);

behaves(
  'an ipam that is away in between has not said for long that there is no such conduit',
  async (world, sim) => {
    await world.ask('a');
    for (const mood of ['bare', 'down', 'bare', 'works'] as const) {
      world.ipam.mood = mood;
      world.conduit.renew();
      await sleep(sim.clock, conduitSettings.release.delayMs / 2, sim.signal);
    }
    expect([world.present().size, world.proxy.counts.orphaned]).toEqual([1, 0]);
  },
);
