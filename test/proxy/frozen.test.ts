// A proxy that stands still for longer than a connection lives without a Request: it heard nobody meanwhile.

import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { idOf, withVips } from '../../services/proxy/src/world/request.fixture.ts';
import { hops, ProxyUnderTest } from './proxy-under-test.ts';

test('frozen for longer than connections live, it ends none whose client asks again at once', async () => {
  await using proxy = await ProxyUnderTest.start({ expiry: '2s', requestDeadline: '1s' });
  await proxy.ready();
  const answer = await proxy.request('a');
  using watch = proxy.watch(hops(idOf('a', 'edge')));
  await watch.next();
  proxy.service.kill('SIGSTOP');
  const renewal = proxy.request('a', 'edge', undefined, answer);
  await delay(3_500);
  proxy.service.kill('SIGCONT');
  await renewal;
  // The first that its watcher hears again is what is asked for last.
  await proxy.request('a', 'edge', withVips(['20.0.0.1/32']), answer);
  const { type, connections } = await watch.next();
  expect([type, connections.map(({ context }) => context?.ipContext?.srcIpAddrs)]).toEqual([
    'UPDATE',
    [answer.context?.ipContext?.srcIpAddrs],
  ]);
});
