// A proxy that is killed, and what it knows afterwards.

import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { idOf, trench, withVips } from '../../services/proxy/src/world/request.fixture.ts';
import { hops, ProxyUnderTest } from './proxy-under-test.ts';

test('a proxy that was killed has its connections again, and watchers find them', async () => {
  await using proxy = await ProxyUnderTest.start();
  await proxy.ready();
  const first = await proxy.request('a');
  const answer = await proxy.request('a', 'edge', withVips(['20.0.0.1/32']), first);
  await proxy.admin.changeSubnet({ conduit: { trench, conduit: 'core' } });
  await proxy.request('a', 'core');
  await proxy.request('b');
  await proxy.close('b');
  await proxy.kill();
  const before = await proxy.allocated('core');
  await proxy.restart();
  using watch = proxy.watch(hops(idOf('a', 'edge')));
  const seen = { ...answer, id: `edge:${answer.id}`, path: { ...answer.path, index: 1 } };
  expect(await watch.next()).toEqual({ type: 'INITIAL_STATE_TRANSFER', connections: [seen] });
  expect(await proxy.request('a', 'edge', () => ({}), answer)).toEqual(answer);
  await proxy.ready();
  const { connections } = await proxy.admin.status({});
  expect(connections.map(({ id, vips }) => [id, vips])).toEqual([
    [idOf('a', 'core'), []],
    [idOf('a', 'edge'), ['20.0.0.1/32']],
  ]);
  expect(await proxy.allocated('core')).toEqual(before);
});

test('a release that was owed when the proxy was killed is done afterwards', async () => {
  await using proxy = await ProxyUnderTest.start({ releaseDelay: '300ms' });
  await proxy.ready();
  await proxy.request('a');
  await proxy.close('a');
  await proxy.kill();
  await proxy.restart();
  expect((await proxy.admin.status({})).counts?.releasing).toBe(1);
  await expect.poll(async () => [...(await proxy.allocated()).keys()]).toEqual(['local bridge']);
  await proxy.becomes('nothing owed', ({ counts }) => counts?.releasing === 0);
});

test.each([
  // The first commit writes down what is about to be allocated, the second is the connection.
  ['commit.before-commit=kill@1', false],
  ['commit.after-commit=kill@1', false],
  ['commit.before-commit=kill@2', false],
  ['commit.after-commit=kill@2', true],
])(
  'killed at %s while it answers a Request, it has the connection: %s, and loses no address',
  async (failpoints, has) => {
    await using proxy = await ProxyUnderTest.start({ releaseDelay: '200ms', failpoints });
    await proxy.ready();
    await expect(proxy.request('a')).rejects.toMatchObject({ code: Status.UNAVAILABLE });
    expect(await proxy.service.exited).toEqual({ code: null, signal: 'SIGKILL' });
    await proxy.restart({ failpoints: '' });
    expect((await proxy.admin.status({})).connections.length).toBe(has ? 1 : 0);
    await proxy.becomes('nothing owed', ({ counts }) => counts?.releasing === 0);
    expect((await proxy.allocated()).size).toBe(has ? 3 : 1);
    await proxy.request('a');
  },
);

test('a proxy that is told to stop ends its watches, leaves connections as they are, and exits by itself', async () => {
  await using proxy = await ProxyUnderTest.start();
  await proxy.ready();
  await proxy.request('a');
  using watch = proxy.watch();
  await watch.next();
  await proxy.setFault({ $case: 'hang', value: {} });
  // It does not end within the drain, and is cut.
  const held = expect(proxy.request('a')).rejects.toMatchObject({ code: Status.CANCELLED });
  await proxy.becomes('the fault being armed', ({ faults }) => faults.length === 1);
  const stopped = proxy.service.stop();
  await expect(watch.next()).rejects.toThrow('server is stopping');
  await held;
  expect(await stopped).toEqual({ code: 0, signal: null });
  await proxy.restart();
  expect((await proxy.admin.status({})).connections).toHaveLength(1);
});

test('connections that are not asked for again expire when they are told to', async () => {
  await using proxy = await ProxyUnderTest.start({
    expiry: '2s',
    requestDeadline: '1s',
    releaseDelay: '100ms',
  });
  await proxy.ready();
  await proxy.request('a');
  const answer = await proxy.request('b');
  expect(answer.path?.pathSegments[1]?.expires?.seconds).toBeGreaterThan(1_700_000_000n);
  using watch = proxy.watch(hops(idOf('a', 'edge')));
  await watch.next();
  const { connections } = await proxy.admin.status({});
  expect(connections[0]?.expiresInMs).toBeGreaterThan(0n);
  expect(await watch.next()).toMatchObject({ type: 'DELETE' });
});
