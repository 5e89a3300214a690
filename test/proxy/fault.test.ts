// The ways in which the proxy misbehaves on command (F1, F7, F8): each on the conduit it was set on, until it is cleared.

import { ConnectionState } from '@syncline/proto/proxy-admin.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { Status } from 'nice-grpc-common';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { idOf, trench, withVips } from '../../services/proxy/src/world/request.fixture.ts';
import { hops, ProxyUnderTest } from './proxy-under-test.ts';

let proxy: ProxyUnderTest;
let target = 0;

beforeAll(async () => {
  proxy = await (await ProxyUnderTest.start()).ready();
});
afterEach(() => proxy.admin.clearFaults({}));
afterAll(() => proxy[Symbol.asyncDispose]());

/** A name that no other test has. */
const pod = () => `fault-${++target}`;

test('F1 no_bridge_address: Requests are answered with empty extra prefixes; cleared, all have them, and watchers hear it', async () => {
  const name = pod();
  await proxy.setFault({ $case: 'noBridgeAddress', value: {} }, 'edge');
  using watch = proxy.watch(hops(idOf(name, 'edge')));
  await watch.next();
  const answer = await proxy.request(name);
  expect(answer.context?.ipContext?.extraPrefixes).toEqual([]);
  expect(answer.context?.ipContext?.srcIpAddrs).toHaveLength(2);
  expect((await proxy.request(name, 'core')).context?.ipContext?.extraPrefixes).toHaveLength(2);
  await watch.next();
  expect(await proxy.readiness()).toEqual({
    ready: false,
    reason: 'no bridge address: conduit "edge": the fault no_bridge_address is armed',
  });
  const { conduits } = await proxy.admin.status({});
  expect(conduits.map((each) => [each.name?.conduit, each.bridgeAddresses.length])).toEqual([
    ['core', 2],
    ['edge', 0],
  ]);
  await proxy.admin.clearFaults({ conduit: { trench, conduit: 'edge' } });
  const { type, connections } = await watch.next();
  expect(type).toBe('UPDATE');
  expect(connections[0]?.context?.ipContext).toMatchObject({
    srcIpAddrs: answer.context?.ipContext?.srcIpAddrs,
    extraPrefixes: (await proxy.admin.status({})).conduits[1]?.bridgeAddresses,
  });
  expect(await proxy.readiness()).toEqual({ ready: true });
});

test('F7 delay: a Request takes that long, on its conduit', async () => {
  await proxy.setFault({ $case: 'delay', value: { ms: 400 } }, 'edge');
  const began = performance.now();
  await proxy.request(pod(), 'core');
  expect(performance.now() - began).toBeLessThan(350);
  const name = pod();
  const slow = performance.now();
  await proxy.request(name);
  expect(performance.now() - slow).toBeGreaterThan(390);
});

test('F7 hang: neither Request nor Close is answered; the deadline ends one, clearing the fault the other', async () => {
  const name = pod();
  await proxy.request(name);
  await proxy.setFault({ $case: 'hang', value: {} });
  await expect(proxy.request(name, 'edge', undefined, undefined, 200)).rejects.toMatchObject({
    code: Status.DEADLINE_EXCEEDED,
  });
  const close = proxy.close(name);
  await proxy.becomes('the fault being armed', ({ faults }) => faults.length === 1);
  expect((await proxy.admin.clearFaults({})).cleared).toBe(1);
  await close;
});

test('F7 error: Request and Close fail with it and change nothing', async () => {
  const name = pod();
  const answer = await proxy.request(name);
  await proxy.setFault(
    { $case: 'error', value: { code: Status.PERMISSION_DENIED, message: 'not you' } },
    'edge',
  );
  const denied = { code: Status.PERMISSION_DENIED, details: 'not you' };
  await expect(proxy.request(name)).rejects.toMatchObject(denied);
  await expect(proxy.close(name)).rejects.toMatchObject(denied);
  await proxy.setFault({ $case: 'error', value: { code: 0, message: '' } }, 'edge');
  await expect(proxy.request(name)).rejects.toMatchObject({
    code: Status.UNAVAILABLE,
    details: 'the fault error is armed',
  });
  expect((await proxy.admin.status({})).faults).toHaveLength(1);
  await proxy.admin.clearFaults({});
  expect(await proxy.request(name)).toEqual(answer);
});

test('F8 no_initial_event: a watch begins with what happens next', async () => {
  const name = pod();
  await proxy.setFault({ $case: 'noInitialEvent', value: {} }, 'edge');
  using watch = proxy.watch(hops(idOf(name, 'edge')));
  expect(await watch.isSilent(200)).toBe(true);
  await proxy.request(name);
  expect(await watch.next()).toMatchObject({ type: 'UPDATE' });
  using other = proxy.watch(hops(idOf(name, 'core')));
  expect(await other.next()).toMatchObject({ type: 'INITIAL_STATE_TRANSFER' });
});

test('F8 end_monitor: watches end UNAVAILABLE, as often as they are opened', async () => {
  const selector = hops(idOf(pod(), 'edge'));
  using watch = proxy.watch(selector);
  await watch.next();
  await proxy.setFault({ $case: 'endMonitor', value: {} }, 'edge');
  const ended = { code: Status.UNAVAILABLE, details: 'the fault end_monitor is armed' };
  await expect(watch.next()).rejects.toMatchObject(ended);
  using again = proxy.watch(selector);
  await expect(again.next()).rejects.toMatchObject(ended);
});

test('F8 drop, duplicate and reorder events', async () => {
  const name = pod();
  using watch = proxy.watch(hops(idOf(name, 'edge')));
  await watch.next();

  await proxy.setFault({ $case: 'dropEvents', value: {} }, 'edge');
  await proxy.request(name);
  expect(await watch.isSilent(100)).toBe(true);
  await proxy.admin.clearFaults({});

  await proxy.setFault({ $case: 'duplicateEvents', value: {} });
  const answer = await proxy.request(name);
  const twice = [await watch.next(), await watch.next()];
  expect(twice[0]).toMatchObject({ type: 'UPDATE', connections: [{ context: answer.context }] });
  expect(twice[1]).toEqual(twice[0]);
  await proxy.admin.clearFaults({});

  await proxy.setFault({ $case: 'reorderEvents', value: {} }, 'edge');
  await proxy.request(name, 'edge', withVips(['20.0.0.1/32']), answer);
  expect(await watch.isSilent(100)).toBe(true);
  await proxy.close(name);
  expect([(await watch.next()).type, (await watch.next()).type]).toEqual(['DELETE', 'UPDATE']);
  expect(
    await readMetric(proxy.service.adminPort, 'proxy_events_total', { fate: 'dropped' }),
  ).toBeGreaterThan(0);
});

test('A3 change of subnet: bridge and connections have other addresses, with an UPDATE each, and other conduits are left', async () => {
  const [one, two] = [pod(), pod()];
  const before = await proxy.request(one);
  await proxy.request(one, 'edge', withVips(['20.0.0.1/32']), before);
  await proxy.request(two);
  const core = await proxy.request(one, 'core');
  using watch = proxy.watch(hops(idOf(one, 'edge')));
  await watch.next();
  const { connections: moved, bridgeAddresses } = await proxy.admin.changeSubnet({
    conduit: { trench, conduit: 'edge' },
  });
  expect(moved).toBeGreaterThanOrEqual(2);
  const { type, connections } = await watch.next();
  expect(type).toBe('UPDATE');
  const { srcIpAddrs = [], extraPrefixes, policies } = connections[0]?.context?.ipContext ?? {};
  expect(extraPrefixes).toEqual(bridgeAddresses);
  expect(bridgeAddresses).not.toEqual(before.context?.ipContext?.extraPrefixes);
  expect(srcIpAddrs).toHaveLength(3);
  expect(srcIpAddrs).toContain('20.0.0.1/32');
  for (const old of before.context?.ipContext?.srcIpAddrs ?? []) expect(srcIpAddrs).not.toContain(old);
  expect(policies?.[0]?.routes).toEqual([
    { prefix: '0.0.0.0/0', nextHop: bridgeAddresses[0]?.split('/')[0] },
  ]);
  expect(await proxy.request(one, 'core', () => ({}), core)).toEqual(core);
  expect([...(await proxy.allocated()).keys()]).toContain('local-subnet-1 bridge');
});

test('A13 DOWN and UP: watchers are told, and a refresh does not mend it', async () => {
  const name = pod();
  const answer = await proxy.request(name, 'core');
  using watch = proxy.watch(hops(idOf(name, 'core')));
  await watch.next();
  const which = { $case: 'connectionId', value: idOf(name, 'core') } as const;
  expect(await proxy.admin.setConnectionState({ which, state: ConnectionState.DOWN })).toEqual({
    connections: 1,
  });
  expect(await watch.next()).toMatchObject({ type: 'UPDATE', connections: [{ state: 1 }] });
  expect(await proxy.request(name, 'core', () => ({}), answer)).toMatchObject({ state: 1 });
  await watch.next();
  const all = { $case: 'conduit', value: { trench, conduit: 'core' } } as const;
  const { connections } = await proxy.admin.setConnectionState({ which: all, state: ConnectionState.UP });
  expect(connections).toBeGreaterThan(0);
  expect(await watch.next()).toMatchObject({ type: 'UPDATE', connections: [{ state: 0 }] });
});

test('A13 a connection that the proxy forgets: its watchers are told, and its client gets it again', async () => {
  const name = pod();
  const before = await proxy.request(name);
  using watch = proxy.watch(hops(idOf(name, 'edge')));
  await watch.next();
  await proxy.admin.deleteConnection({ connectionId: idOf(name, 'edge') });
  expect(await watch.next()).toMatchObject({ type: 'DELETE', connections: [{ context: before.context }] });
  expect(await proxy.request(name, 'edge', () => ({}), before)).toEqual(before);
});
