// F13, I16: watchers that do not read, and many of them. The slowness of one is its own.

import { MonitorConnectionDefinition } from '@syncline/proto/connection.ts';
import { connect } from '@syncline/rpc/connect.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { hops, ProxyUnderTest } from './proxy-under-test.ts';

/** Enough in a connection for a few of them to fill what a client that does not read accepts. */
const labels = { filler: 'x'.repeat(50_000) };

test('F13 a watcher that takes nothing is ended, and others are told as fast as ever', async () => {
  await using proxy = await ProxyUnderTest.start({ stall: '1s' });
  await proxy.ready();
  using line = connect(proxy.service.address, { security: { kind: 'plaintext' } });
  const stalled = line.client(MonitorConnectionDefinition).monitorConnections({})[Symbol.asyncIterator]();
  await stalled.next();
  using watch = proxy.watch();
  await watch.next();
  const began = performance.now();
  for (let nth = 0; nth < 60; nth += 1) {
    const change = () => ({ labels: { ...labels, nth: String(nth) } });
    await proxy.request('a', 'edge', change);
    expect((await watch.next()).connections[0]?.labels['nth']).toBe(String(nth));
  }
  expect(performance.now() - began).toBeLessThan(5_000);
  const end = async () => {
    while ((await stalled.next()).done !== true);
  };
  await proxy.becomes('the stalled watcher being ended', ({ counts }) => counts?.monitors === 1);
  await expect(end()).rejects.toMatchObject({
    code: Status.RESOURCE_EXHAUSTED,
    details: expect.stringContaining('SYNCLINE_PROXY_STALL') as string,
  });
  const { adminPort } = proxy.service;
  expect(await readMetric(adminPort, 'proxy_events_total', { fate: 'conflated' })).toBeGreaterThan(0);
});

test('a watcher for whom too many connections wait is ended with the name of the bound', async () => {
  await using proxy = await ProxyUnderTest.start({
    watchBacklog: '10',
    connections: '100',
    releaseDelay: '1h',
  });
  await proxy.ready();
  using line = connect(proxy.service.address, { security: { kind: 'plaintext' } });
  const slow = line.client(MonitorConnectionDefinition).monitorConnections({})[Symbol.asyncIterator]();
  await slow.next();
  for (let nth = 0; nth < 60; nth += 1) await proxy.request(`t${nth}`, 'edge', () => ({ labels }));
  const end = async () => {
    while ((await slow.next()).done !== true);
  };
  await expect(end()).rejects.toMatchObject({
    code: Status.RESOURCE_EXHAUSTED,
    details: expect.stringContaining('SYNCLINE_PROXY_WATCH_BACKLOG') as string,
  });
});

test('F13 a thousand watchers are all told', async () => {
  await using proxy = await ProxyUnderTest.start();
  await proxy.ready();
  await proxy.request('a');
  const watches = Array.from({ length: 1_000 }, () => proxy.watch(hops('')));
  try {
    for (const watch of watches) expect((await watch.next()).connections).toHaveLength(1);
    await proxy.request('b');
    for (const watch of watches) expect(await watch.next()).toMatchObject({ type: 'UPDATE' });
    using more = proxy.watch();
    await expect(more.next()).rejects.toMatchObject({ code: Status.RESOURCE_EXHAUSTED });
  } finally {
    for (const watch of watches) watch[Symbol.dispose]();
  }
  await proxy.becomes('all watchers having left', ({ counts }) => counts?.monitors === 0);
});
