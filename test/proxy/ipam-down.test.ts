// An ipam that is not there, or does not answer: what is known goes on, what is new is refused with the reason.

import { startService } from '@syncline/testkit/service.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { idOf, withVips } from '../../services/proxy/src/world/request.fixture.ts';
import { hops, ProxyUnderTest } from './proxy-under-test.ts';

test('F1 without an ipam a Request waits as long as it may, is refused with the reason, and the proxy is not ready', async () => {
  await using proxy = await ProxyUnderTest.start({ ipam: '127.0.0.1:1', requestDeadline: '1s' });
  using watch = proxy.watch();
  expect(await watch.next()).toEqual({ type: 'INITIAL_STATE_TRANSFER', connections: [] });
  await expect(proxy.request('pod')).rejects.toMatchObject({
    code: Status.UNAVAILABLE,
    details: expect.stringMatching(
      /^conduit "edge" has no bridge address after 1000 ms: the ipam .*ECONNREFUSED/,
    ) as string,
  });
  expect(await proxy.readiness()).toMatchObject({
    ready: false,
    reason: expect.stringContaining('no bridge address: conduit "edge": the ipam') as string,
  });
  const { conduits } = await proxy.admin.status({});
  expect(conduits[0]?.lastError).toContain('ECONNREFUSED');
});

test('A2 a Request that waits for the bridge address is answered as soon as the ipam is there', async () => {
  await using proxy = await ProxyUnderTest.start();
  await proxy.ready();
  proxy.ipam.kill('SIGSTOP');
  await proxy.restart({ requestDeadline: '20s' });
  const answer = proxy.request('pod', 'edge', undefined, undefined, 20_000);
  await proxy.becomes(
    'an attempt that failed',
    ({ conduits }) => conduits[0]?.lastError.includes('no answer within') === true,
  );
  proxy.ipam.kill('SIGCONT');
  expect((await answer).context?.ipContext?.extraPrefixes).toHaveLength(2);
});

test('F5 while the ipam hangs a connection is asked for again at once, and a new one says what it waits for', async () => {
  await using proxy = await ProxyUnderTest.start({ requestDeadline: '1s', ipamDeadline: '500ms' });
  await proxy.ready();
  const known = await proxy.request('pod');
  proxy.ipam.kill('SIGSTOP');
  const began = performance.now();
  const changed = await proxy.request('pod', 'edge', withVips(['20.0.0.1/32']), known);
  expect(performance.now() - began).toBeLessThan(400);
  expect(changed.context?.ipContext?.policies).toHaveLength(1);
  await expect(proxy.request('other')).rejects.toMatchObject({
    code: Status.UNAVAILABLE,
    details: expect.stringContaining('no answer within 500 ms') as string,
  });
  await proxy.close('pod');
  proxy.ipam.kill('SIGCONT');
  await proxy.request('other');
});

test('an ipam that has lost its addresses gives others at the renewal, and watchers are told', async () => {
  await using proxy = await ProxyUnderTest.start({ renew: '300ms' });
  await proxy.ready();
  await proxy.request('a');
  const before = await proxy.request('b');
  await proxy.close('a');
  using watch = proxy.watch(hops(idOf('b', 'edge')));
  await watch.next();
  // Another ipam at the same place, which knows of nothing.
  const { port } = proxy.ipam;
  await proxy.ipam.stop();
  await using _ = await startService({ service: 'ipam', port });
  const { type, connections } = await watch.next();
  expect(type).toBe('UPDATE');
  expect(connections[0]?.context?.ipContext?.srcIpAddrs).not.toEqual(before.context?.ipContext?.srcIpAddrs);
});

test('an ipam that has lost its file gives nobody an address that another has, long before the next renewal', async () => {
  await using proxy = await ProxyUnderTest.start();
  await proxy.ready();
  await proxy.request('a');
  await proxy.request('b', 'core');
  const { port } = proxy.ipam;
  proxy.ipam.kill('SIGKILL');
  await proxy.ipam.exited;
  await using _ = await startService({ service: 'ipam', port });
  const answers = [await proxy.request('c'), await proxy.request('d', 'core'), await proxy.request('e')];
  const { conduits, connections } = await proxy.admin.status({});
  const held = [
    ...conduits.flatMap(({ bridgeAddresses }) => bridgeAddresses),
    ...connections.flatMap(({ srcIps }) => srcIps),
    ...answers.flatMap(({ context }) => context?.ipContext?.dstIpAddrs ?? []),
  ].map((each) => each.split('/', 1)[0]);
  expect(connections).toHaveLength(5);
  expect(held).toHaveLength(2 * (2 + 5 + 3));
  expect(new Set(held).size).toBe(held.length);
});

test('what the ipam does not renew is named by the status at once, and by the readiness after another RENEW', async () => {
  await using proxy = await ProxyUnderTest.start({ renew: '1s' });
  await proxy.ready();
  const known = await proxy.request('pod');
  const { port } = proxy.ipam;
  await proxy.ipam.stop();
  await proxy.becomes('named', ({ conduits }) => conduits[0]?.lastError.includes('the ipam') === true);
  expect(await proxy.readiness()).toMatchObject({ ready: true });
  await until(() => proxy.readiness(), {
    deadlineMs: 10_000,
    describe: 'not ready',
    accept: ({ ready, reason }) => !ready && reason?.startsWith('not renewed in time: conduit "') === true,
  });
  await proxy.request('pod', 'edge', undefined, known);
  await using _ = await startService({ service: 'ipam', port });
  await proxy.ready();
  await proxy.becomes('well', ({ conduits }) => conduits.every(({ lastError }) => lastError === ''));
});
