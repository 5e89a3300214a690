// How Requests and Closes are answered.

import { State } from '@syncline/proto/connection.ts';
import { sleep } from '@syncline/runtime/clock.ts';
import { expect } from 'vitest';
import { behaves, interfaceName, owed } from './world/behaves.fixture.ts';
import { idOf, serviceOf, withVips } from './world/request.fixture.ts';
import { conduit, conduitSettings, quietMs } from './world/world.ts';

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
  'what the client adds stays, and a Request that changes nothing is answered the same',
  async (world) => {
    await world.ask('a');
    const added = await world.ask('a', withVips(['20.0.0.1/32']));
    expect(added.context.ipContext.policies).toHaveLength(1);
    expect(await world.ask('a')).toEqual(added);
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

behaves(
  'new Requests that are under way at once do not take each other’s addresses, though fewer releases may be owed',
  async (world) => {
    const answers = await Promise.all(['a', 'b', 'd'].map((target) => world.ask(target)));
    expect(answers.map(({ state }) => state)).toEqual([State.UP, State.UP, State.UP]);
    expect(world.proxy.counts.cleared).toEqual({ released: 0, wanted: 3, abandoned: 0 });
  },
  { release: { ...conduitSettings.release, backlog: 1 } },
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

behaves('an interface name that the client wants is what it gets, whoever has it', async (world) => {
  await world.ask('a');
  const mechanism = { cls: 'LOCAL', type: 'KERNEL', parameters: { name: 'nsm-0' } };
  await world.ask('b', () => ({ mechanism }));
  expect(interfaceName(world, 'b')).toBe('nsm-0');
  await world.ask('d');
  expect(interfaceName(world, 'd')).toBe('nsm-1');
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
