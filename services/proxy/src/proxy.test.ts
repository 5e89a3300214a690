// What the proxy does, each in a few orders of things.

import { State } from '@syncline/proto/connection.ts';
import { sleep } from '@syncline/runtime/clock.ts';
import { explore, type Simulation } from '@syncline/testkit/explorer.ts';
import { expect, test } from 'vitest';
import type { ConduitSettings } from './conduit/conduit-settings.ts';
import { idOf, serviceOf, withVips } from './world/request.fixture.ts';
import { conduit, conduitSettings, quietMs, World } from './world/world.ts';

/** A behaviour that does not depend on the order of things. */
function behaves(
  name: string,
  run: (world: World, sim: Simulation) => Promise<void>,
  settings: Partial<ConduitSettings> = {},
): void {
  test(name, async () => {
    const scenario = async (sim: Simulation) => {
      const world = new World(sim, settings);
      await run(world, sim);
      world.end();
    };
    await explore({ name, seeds: 30, budgetMs: 5_000, run: scenario });
  });
}

const ip = (world: World, target: string) => world.connection(target)?.context.ipContext;
const owed = (world: World) => [...world.conduit.state.owed.keys()];
const name = (world: World, target: string) => world.connection(target)?.mechanism.parameters['name'];

behaves(
  'a Request is answered as its client sees the connection, watchers see it at the hop of the proxy',
  async (world) => {
    const id = idOf('a', conduit);
    const answer = await world.ask('a');
    const [assigned] = [...world.conduit.state.connections.values()].map((held) => held.assigned);
    expect(answer).toMatchObject({
      id,
      networkService: serviceOf(conduit),
      networkServiceEndpointName: 'proxy',
      payload: 'ETHERNET',
      labels: { nodeName: 'node' },
      state: State.UP,
      mechanism: { cls: 'LOCAL', type: 'KERNEL', parameters: { name: 'nsm-0' } },
      path: {
        index: 0,
        pathSegments: [
          { name: 'a', id },
          { name: 'proxy', id: `${conduit}:${id}` },
        ],
      },
    });
    expect(answer.context.ipContext).toMatchObject({
      srcIpAddrs: assigned?.src,
      dstIpAddrs: assigned?.dst,
      extraPrefixes: world.conduit.bridge.present?.addresses,
    });
    const seen = [...world.present().values()];
    expect(seen).toEqual([{ ...answer, id: `${conduit}:${id}`, path: { ...answer.path, index: 1 } }]);
  },
);

behaves(
  'a Request waits for the bridge address, and is refused with the reason when there is none in time',
  async (world) => {
    world.ipam.mood = 'down';
    await expect(world.ask('a')).rejects.toThrow(
      `conduit "${conduit}" has no bridge address after 2000 ms: the ipam is down`,
    );
    expect(world.present().size).toBe(0);
  },
);

behaves('a Request that waits for the bridge address is answered when it is there', async (world, sim) => {
  world.ipam.mood = 'down';
  const answer = world.ask('a');
  await sleep(sim.clock, 500, sim.signal);
  world.ipam.mood = 'works';
  expect((await answer).context.ipContext.extraPrefixes).toHaveLength(1);
});

behaves('without addresses for the connection itself the reason is the ipam’s', async (world) => {
  await world.conduit.bridge.ready(AbortSignal.timeout(1e6));
  world.ipam.mood = 'deaf';
  await expect(world.ask('a')).rejects.toThrow('the ipam is late');
});

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
  'what the client adds stays, and a Request that changes nothing is answered the same',
  async (world) => {
    await world.ask('a');
    const added = await world.ask('a', withVips(['20.0.0.1/32']));
    expect(added.context.ipContext.policies).toHaveLength(1);
    expect(await world.ask('a')).toEqual(added);
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

behaves(
  'of two Requests for one connection the last one wins, and the other does not wait for it',
  async (world, sim) => {
    await world.ask('b');
    world.ipam.mood = 'deaf';
    const first = world.ask('a');
    const lost = expect(first).rejects.toThrow(
      `a newer Request of connection "${idOf('a', conduit)}" took the place`,
    );
    await sleep(sim.clock, 100, sim.signal);
    const second = world.ask('a', () => ({ labels: { nodeName: 'second' } }));
    await lost;
    world.ipam.mood = 'works';
    await second.catch(() => world.ask('a', () => ({ labels: { nodeName: 'second' } })));
    expect(world.connection('a')?.labels).toEqual({ nodeName: 'second' });
  },
);

behaves('a Close ends the Request that is under way, and leaves nothing of it', async (world, sim) => {
  world.ipam.mood = 'deaf';
  const request = world.ask('a');
  const lost = expect(request).rejects.toThrow('a newer Close of connection');
  await sleep(sim.clock, 100, sim.signal);
  await world.close('a');
  await lost;
  world.ipam.mood = 'works';
  await sleep(sim.clock, quietMs, sim.signal);
  expect([world.present().size, owed(world), world.ipam.held().length]).toEqual([0, [], 1]);
});

behaves('a client that comes back in time has its addresses and its interface again', async (world, sim) => {
  await world.ask('b');
  const before = await world.ask('a');
  await world.close('a');
  expect(world.present().size).toBe(1);
  await world.ask('d');
  await sleep(sim.clock, conduitSettings.release.delayMs / 2, sim.signal);
  const after = await world.ask('a');
  expect(after.context).toEqual(before.context);
  expect([name(world, 'b'), name(world, 'a'), name(world, 'd')]).toEqual(['nsm-0', 'nsm-1', 'nsm-2']);
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
  expect(name(world, 'b')).toBe('nsm-0');
});

behaves('an interface name that the client wants is what it gets, whoever has it', async (world) => {
  await world.ask('a');
  const mechanism = { cls: 'LOCAL', type: 'KERNEL', parameters: { name: 'nsm-0' } };
  await world.ask('b', () => ({ mechanism }));
  expect(name(world, 'b')).toBe('nsm-0');
  await world.ask('d');
  expect(name(world, 'd')).toBe('nsm-1');
});

behaves('closing what is not there is done at once and changes nothing', async (world) => {
  expect(await world.close('a')).toBe('closed');
  expect([world.present().size, owed(world)]).toEqual([0, []]);
});

behaves('a conduit has only so many connections, and one that is there is not refused', async (world) => {
  for (const target of ['a', 'b', 'd']) await world.ask(target);
  await expect(world.ask('e')).rejects.toThrow(
    'no room for more connections of conduit "c": SYNCLINE_PROXY_CONNECTIONS is 3',
  );
  await world.ask('a');
  await world.close('b');
  await world.ask('e');
});

behaves('what the disk refuses has not happened', async (world, sim) => {
  await world.ask('a');
  const before = world.present();
  world.store.refuses = true;
  await expect(world.ask('a', withVips(['20.0.0.1/32']))).rejects.toThrow(
    'the disk refuses: the disk is full',
  );
  await expect(world.ask('b')).rejects.toThrow('the disk refuses: the disk is full');
  expect(await world.close('a')).toBeUndefined();
  expect(world.present()).toEqual(before);
  expect(world.proxy.disk.refusal).toBe('the disk is full');
  world.store.refuses = false;
  await sleep(sim.clock, 5_000, sim.signal);
  expect(world.proxy.disk.refusal).toBeUndefined();
});

behaves('a connection that is down stays it until its client wants another choice', async (world, sim) => {
  await world.ask('a');
  const id = idOf('a', conduit);
  expect(await world.conduit.setState([id, 'another'], State.DOWN, sim.signal)).toBe(1);
  expect((await world.ask('a', withVips(['20.0.0.1/32']))).state).toBe(State.DOWN);
  const reselected = await world.ask('a', () => ({ state: State.RESELECT_REQUESTED, mechanism: undefined }));
  expect(reselected).toMatchObject({ state: State.UP, mechanism: { parameters: { name: 'nsm-0' } } });
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

behaves(
  'new Requests that are under way at once do not take each other’s addresses, though fewer releases may be owed',
  async (world) => {
    const answers = await Promise.all(['a', 'b', 'd'].map((target) => world.ask(target)));
    expect(answers.map(({ state }) => state)).toEqual([State.UP, State.UP, State.UP]);
    expect(world.proxy.counts.cleared).toEqual({ released: 0, wanted: 3, abandoned: 0 });
  },
  { release: { ...conduitSettings.release, backlog: 1 } },
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
