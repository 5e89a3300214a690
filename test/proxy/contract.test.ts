// What Network Service Mesh's clients rely on, and Meridio's.

import { State } from '@syncline/proto/connection.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { idOf, serviceOf, withVips } from '../../services/proxy/src/world/request.fixture.ts';
import { hops, ProxyUnderTest } from './proxy-under-test.ts';

let proxy: ProxyUnderTest;

beforeAll(async () => {
  proxy = await (await ProxyUnderTest.start({ releaseDelay: '200ms' })).ready();
});
afterAll(() => proxy[Symbol.asyncDispose]());

test('a Request is answered with addresses, gateways and an interface', async () => {
  const answer = await proxy.request('pod-0');
  const id = idOf('pod-0', 'edge');
  expect(answer).toMatchObject({
    id,
    networkService: serviceOf('edge'),
    networkServiceEndpointName: 'proxy-edge-local',
    payload: 'ETHERNET',
    labels: { nodeName: 'node' },
    mechanism: { cls: 'LOCAL', type: 'KERNEL' },
    path: {
      index: 0,
      pathSegments: [
        { name: 'pod-0', id },
        { name: 'proxy-edge-local', id: `edge:${id}` },
      ],
    },
    state: State.UP,
  });
  expect(answer.mechanism?.parameters['name']).toMatch(/^nsm-\d{1,11}$/);
  const { srcIpAddrs = [], dstIpAddrs = [], extraPrefixes = [] } = answer.context?.ipContext ?? {};
  const given = await proxy.allocated();
  for (const [addresses, name] of [
    [srcIpAddrs, `${id}-src`],
    [dstIpAddrs, `${id}-dst`],
    [extraPrefixes, 'bridge'],
  ] as const) {
    expect(addresses).toEqual([
      expect.stringMatching(/^169\.255\.\d+\.\d+\/24$/),
      expect.stringMatching(/^fd00:.*\/64$/),
    ]);
    expect(addresses.map((each) => each.split('/')[0])).toEqual(given.get(`local ${name}`));
  }
});

test('a watch begins at once, also with nothing, and tells of each Request and of the Close', async () => {
  using watch = proxy.watch(hops(idOf('pod-1', 'edge')));
  expect(await watch.next()).toEqual({ type: 'INITIAL_STATE_TRANSFER', connections: [] });
  const answer = await proxy.request('pod-1');
  const seen = { ...answer, id: `edge:${answer.id}`, path: { ...answer.path, index: 1 } };
  expect(await watch.next()).toEqual({ type: 'UPDATE', connections: [seen] });
  expect(await proxy.request('pod-1', 'edge', () => ({}), answer)).toEqual(answer);
  expect(await watch.next()).toEqual({ type: 'UPDATE', connections: [seen] });
  const added = await proxy.request('pod-1', 'edge', withVips(['20.0.0.1/32', '2000::1/128']), answer);
  const { connections } = await watch.next();
  expect(connections[0]?.context).toEqual(added.context);
  expect(added.context?.ipContext?.policies).toHaveLength(2);

  using late = proxy.watch(hops(idOf('pod-1', 'edge')));
  expect(await late.next()).toEqual({ type: 'INITIAL_STATE_TRANSFER', connections });
  await proxy.close('pod-1');
  expect(await watch.next()).toEqual({ type: 'DELETE', connections });
  expect(await late.next()).toEqual({ type: 'DELETE', connections });
});

test('a watcher is told of what its selector matches: any of the services, and hops in a row', async () => {
  const service = { networkServices: [serviceOf('core'), 'proxy.other.t.default'] };
  using core = proxy.watch(service);
  using proxyHop = proxy.watch(hops(idOf('pod-2', 'core'), `core:${idOf('pod-2', 'core')}`));
  using wrongOrder = proxy.watch(hops(`core:${idOf('pod-2', 'core')}`, idOf('pod-2', 'core')));
  using both = proxy.watch({ ...hops(idOf('pod-2', 'edge')), ...service });
  for (const watch of [core, proxyHop, wrongOrder, both]) {
    expect(await watch.next()).toMatchObject({ type: 'INITIAL_STATE_TRANSFER', connections: [] });
  }
  await proxy.request('pod-2', 'edge');
  await proxy.request('pod-2', 'core');
  expect(await core.next()).toMatchObject({
    type: 'UPDATE',
    connections: [{ networkService: serviceOf('core') }],
  });
  expect(await proxyHop.next()).toMatchObject({ type: 'UPDATE' });
  expect(await wrongOrder.isSilent(100)).toBe(true);
  expect(await both.isSilent(1)).toBe(true);
});

test('two connections of one client have interfaces of their own', async () => {
  const [edge, core] = [await proxy.request('pod-3', 'edge'), await proxy.request('pod-3', 'core')];
  expect(edge.mechanism?.parameters['name']).not.toBe(core.mechanism?.parameters['name']);
});

test('a client without a path, and one behind a manager, are answered at their own hop', async () => {
  const bare = await proxy.request('pod-4', 'edge', () => ({ path: undefined, id: 'bare' }));
  expect(bare).toMatchObject({
    id: 'bare',
    path: { index: 0, pathSegments: [{ id: 'bare' }, { id: 'edge:bare' }] },
  });
  const behind = await proxy.request('pod-4', 'edge', () => ({
    id: 'm',
    path: { index: 1, pathSegments: [...hops('c').pathSegments, ...hops('m').pathSegments] },
  }));
  expect(behind).toMatchObject({ id: 'm', path: { index: 1, pathSegments: [{}, {}, { id: 'edge:c' }] } });
});

test('a connection that was closed is open to its client again, with its addresses, until they are released', async () => {
  const before = await proxy.request('pod-5');
  await proxy.close('pod-5');
  expect(await proxy.request('pod-5')).toEqual(before);
  await proxy.close('pod-5');
  await proxy.close('pod-5');
  await proxy.close('nobody');
  const name = `local ${idOf('pod-5', 'edge')}-src`;
  expect((await proxy.allocated()).has(name)).toBe(true);
  await expect.poll(async () => (await proxy.allocated()).has(name)).toBe(false);
  await proxy.becomes('no release owed', ({ counts }) => counts?.releasing === 0);
});

test('what is counted is shown', async () => {
  const { adminPort } = proxy.service;
  expect(await readMetric(adminPort, 'proxy_requests_total', { code: 'OK' })).toBeGreaterThan(8);
  expect(await readMetric(adminPort, 'proxy_connections', { conduit: 'core' })).toBe(2);
  expect(await readMetric(adminPort, 'proxy_releases_total', { outcome: 'released' })).toBeGreaterThan(0);
  expect(await readMetric(adminPort, 'proxy_bridge_ready', { conduit: 'edge' })).toBe(1);
  const fate = (name: string) => readMetric(adminPort, 'proxy_events_total', { fate: name });
  const pending = await readMetric(adminPort, 'proxy_events_pending');
  const left =
    (await fate('conflated')) + (await fate('told')) + (await fate('dropped')) + (await fate('abandoned'));
  expect(await fate('offered')).toBe(left + pending);
});
