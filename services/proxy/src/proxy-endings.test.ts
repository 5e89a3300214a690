// What is left of a connection that ended: what it owes the ipam, and what its client has again when it comes back.

import { sleep } from '@syncline/runtime/clock.ts';
import { expect } from 'vitest';
import { behaves, interfaceName, ip, owed } from './world/behaves.fixture.ts';
import { idOf } from './world/request.fixture.ts';
import { conduit, conduitSettings, quietMs } from './world/world.ts';

behaves('a client that comes back in time has its addresses and its interface again', async (world, sim) => {
  await world.ask('b');
  const before = await world.ask('a');
  await world.close('a');
  expect(world.present().size).toBe(1);
  await world.ask('d');
  await sleep(sim.clock, conduitSettings.release.delayMs / 2, sim.signal);
  const after = await world.ask('a');
  expect(after.context).toEqual(before.context);
  expect([interfaceName(world, 'b'), interfaceName(world, 'a'), interfaceName(world, 'd')]).toEqual([
    'nsm-0',
    'nsm-1',
    'nsm-2',
  ]);
  await sleep(sim.clock, quietMs, sim.signal);
  expect([owed(world), world.ipam.released]).toEqual([[], 0]);
});

behaves('after the delay addresses and interface are for others', async (world, sim) => {
  const before = await world.ask('a');
  await world.close('a');
  await sleep(sim.clock, quietMs, sim.signal);
  expect([owed(world), world.ipam.released, world.ipam.redundant]).toEqual([[], 2, 0]);
  const other = await world.ask('b');
  expect(new Set(other.context.ipContext.srcIpAddrs.concat(other.context.ipContext.dstIpAddrs))).toEqual(
    new Set(before.context.ipContext.srcIpAddrs.concat(before.context.ipContext.dstIpAddrs)),
  );
  expect(interfaceName(world, 'b')).toBe('nsm-0');
});

behaves(
  'a connection that is forgotten is gone for its watchers, and its client may have it again',
  async (world, sim) => {
    const before = await world.ask('a');
    const seen = world.watch('watcher');
    expect(await world.conduit.forget(idOf('a', conduit), sim.signal)).toBe(true);
    expect(await world.conduit.forget(idOf('a', conduit), sim.signal)).toBe(false);
    expect((await world.ask('a')).context).toEqual(before.context);
    await sleep(sim.clock, quietMs, sim.signal);
    expect(seen).toEqual(world.present());
  },
);

behaves(
  'a release that fails too often is left to the ipam, and counted',
  async (world, sim) => {
    await world.ask('a');
    await world.close('a');
    world.ipam.mood = 'down';
    await sleep(sim.clock, quietMs, sim.signal);
    expect(owed(world)).toEqual([]);
    expect(world.proxy.counts.cleared).toEqual({ released: 0, wanted: 1, abandoned: 1 });
  },
  { release: { ...conduitSettings.release, attempts: 3 } },
);

behaves(
  'when too many releases are owed the oldest is left to the ipam',
  async (world) => {
    for (const target of ['a', 'b', 'd']) {
      await world.ask(target);
      await world.close(target);
    }
    expect(owed(world)).toEqual([`0 connection ${idOf('b', conduit)}`, `0 connection ${idOf('d', conduit)}`]);
    expect(world.proxy.counts.cleared.abandoned).toBe(1);
  },
  { release: { ...conduitSettings.release, delayMs: 100_000, backlog: 2 } },
);

const expiring = { expiryMs: 10_000 };

behaves(
  'a connection that is not asked for again ends, one that is lives on',
  async (world, sim) => {
    await world.ask('a');
    await world.ask('b');
    const [, hop] = world.connection('a')?.path.pathSegments ?? [];
    const expiresMs = Number(hop?.expires?.seconds) * 1e3 + Number(hop?.expires?.nanos) / 1e6;
    expect(expiresMs - Number(sim.clock.now() / 1_000_000n)).toBeGreaterThan(9_000);
    for (let nth = 0; nth < 4; nth += 1) {
      await sleep(sim.clock, 4_000, sim.signal);
      await world.ask('b');
    }
    expect([...world.present().keys()]).toEqual([`${conduit}:${idOf('b', conduit)}`]);
    await sleep(sim.clock, quietMs, sim.signal);
    expect([world.present().size, owed(world)]).toEqual([0, []]);
  },
  expiring,
);

behaves(
  'a connection does not end while its client waits for an answer',
  async (world, sim) => {
    await world.ask('a');
    const held = world.connection('a');
    world.proxy.faults.set({ kind: 'delay', ms: 9_900 }, undefined);
    await world.ask('a');
    await sleep(sim.clock, 5_000, sim.signal);
    expect(world.connection('a')?.id).toBe(held?.id);
  },
  expiring,
);

behaves(
  'a restart gives each connection its whole time again, and knows all of them',
  async (world, sim) => {
    await world.ask('a');
    const before = world.connection('a');
    await sleep(sim.clock, 9_000, sim.signal);
    world.crash();
    await sleep(sim.clock, 9_000, sim.signal);
    expect(world.connection('a')).toEqual(before);
    await sleep(sim.clock, 2_000, sim.signal);
    expect(world.connection('a')).toBeUndefined();
  },
  expiring,
);

behaves('a restart goes on with a change of subnet and with releases', async (world, sim) => {
  await world.ask('a');
  await world.ask('b');
  await world.close('b');
  // Its caller never has an answer: the process dies.
  void world.conduit.changeSubnet(sim.signal).catch(() => {});
  await sleep(sim.clock, 5, sim.signal);
  world.crash();
  await sleep(sim.clock, quietMs, sim.signal);
  expect(owed(world)).toEqual([]);
  expect(world.ipam.held()).toHaveLength(3);
  expect(ip(world, 'a')?.extraPrefixes).toEqual(world.conduit.bridge.present?.addresses);
});
