// An NSP that is not there yet, is killed, or hangs: lookups go by what it said last, and say how old that is.

import { LoadBalancerServiceDefinition } from '@syncline/proto/loadbalancer-admin.ts';
import { connect } from '@syncline/rpc/connect.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { LoadBalancerUnderTest, webPacket } from './load-balancer-under-test.ts';
import { NspUnderTest } from './nsp-under-test.ts';

/** How old an answer says it may be, in ms. */
async function ageOf(balancer: LoadBalancerUnderTest): Promise<number> {
  let age = Number.NaN;
  await balancer.client.lookup(
    { trench: 'demo', conduit: 'edge', packet: webPacket },
    { onHeader: (header) => void (age = Number(header.get('syncline-stale-ms'))) },
  );
  return age;
}

const soonStale = { SYNCLINE_LOAD_BALANCER_STALE_AFTER: '500ms' };

test('an NSP that is killed leaves the tables; the age is told, readiness ends, and a restart mends it', async () => {
  await using nsp = await NspUnderTest.start();
  await nsp.enable([1, 2, 3]);
  await using balancer = await LoadBalancerUnderTest.start(nsp.service.address, soonStale);
  await balancer.isReady();
  await balancer.hasTargets('web', [1, 2, 3]);
  expect(await ageOf(balancer)).toBe(0);
  const { address } = nsp.service;
  expect((await balancer.stats()).nsp).toEqual({ address, inStep: true, staleMs: 0n, reason: '' });
  const before = await balancer.identifiers(100);

  await nsp.kill();
  await until(() => ageOf(balancer), { deadlineMs: 10_000, describe: 'an age', accept: (age) => age > 600 });
  expect(await balancer.identifiers(100)).toEqual(before);
  const { ready, reason } = await balancer.service.readiness();
  expect(ready).toBe(false);
  expect(reason).toMatch(
    /^the NSP at 127\.0\.0\.1:\d+ is lost for \d+ ms, more than 500; .*: \w+: UNAVAILABLE: /,
  );
  const told = (await balancer.stats()).nsp;
  expect(told).toMatchObject({
    address,
    inStep: false,
    reason: expect.stringMatching(/^\w+: UNAVAILABLE: /) as string,
  });
  expect(told?.staleMs).toBeGreaterThan(500n);
  const { adminPort } = balancer.service;
  expect(await readMetric(adminPort, 'load_balancer_nsp_stale_seconds')).toBeGreaterThan(0.5);
  expect((await fetch(`http://127.0.0.1:${adminPort}/livez`)).status).toBe(200);

  await nsp.restart();
  await balancer.isReady();
  expect(await ageOf(balancer)).toBe(0);
  expect(await balancer.identifiers(100)).toEqual(before);
  await nsp.enable([4]);
  await balancer.hasTargets('web', [1, 2, 3, 4]);
  const counted = (name: string) => readMetric(adminPort, `load_balancer_nsp_lists_${name}_total`);
  expect(await counted('received')).toBe((await counted('applied')) + (await counted('superseded')));
});

test('who watches the statistics is told when the NSP is lost, and when it is back', async () => {
  await using nsp = await NspUnderTest.start();
  await nsp.enable([1]);
  await using balancer = await LoadBalancerUnderTest.start(nsp.service.address);
  await balancer.hasTargets('web', [1]);
  const watch = new AbortController();
  const watched = balancer.client
    .watchStats({ intervalMs: 100 }, { signal: watch.signal })
    [Symbol.asyncIterator]();
  const becomes = async (inStep: boolean) => {
    for (;;) {
      const next = await watched.next();
      if (next.done === true) throw new Error('the watch ended');
      if (next.value.stats?.nsp?.inStep === inStep) return;
    }
  };
  await becomes(true);
  await nsp.kill();
  await becomes(false);
  await nsp.restart();
  await becomes(true);
  watch.abort();
});

test('an NSP that hangs is found out by its silence', async () => {
  await using nsp = await NspUnderTest.start();
  await nsp.enable([1]);
  await using balancer = await LoadBalancerUnderTest.start(nsp.service.address, {
    ...soonStale,
    SYNCLINE_LOAD_BALANCER_KEEPALIVE: '1s',
    SYNCLINE_LOAD_BALANCER_KEEPALIVE_ANSWER: '500ms',
    SYNCLINE_LOAD_BALANCER_ANSWER: '500ms',
  });
  await balancer.hasTargets('web', [1]);
  nsp.service.kill('SIGSTOP');
  await until(() => balancer.service.readiness(), {
    deadlineMs: 15_000,
    describe: 'a load balancer that noticed',
    accept: ({ ready }) => !ready,
  });
  expect((await balancer.identifiers(1)).join()).toBe('1');
  nsp.service.kill('SIGCONT');
  await balancer.isReady();
});

test('before an NSP has told anything there is no answer, and who waits for streams is told that there is none', async () => {
  await using nsp = await NspUnderTest.start();
  const { address } = nsp.service;
  await nsp.enable([1]);
  await nsp.kill();
  await using balancer = await LoadBalancerUnderTest.start(address);
  const refused = {
    code: Status.UNAVAILABLE,
    details: expect.stringContaining('has not told yet') as string,
  };
  await expect(balancer.lookup()).rejects.toMatchObject(refused);
  expect((await balancer.service.readiness()).reason).toMatch(
    /^the NSP at 127\.0\.0\.1:\d+ has not told all: no conduits: /,
  );
  const watch = new AbortController();
  const available = balancer.available(watch.signal);
  expect((await available.next()).value).toEqual([]);
  await nsp.restart();
  expect((await available.next()).value).toEqual(['web.edge.demo']);
  watch.abort();
  await balancer.isReady();
  expect((await balancer.identifiers(1)).join()).toBe('1');
});

test('a stop with open watches and a lost NSP ends the process by itself', async () => {
  await using nsp = await NspUnderTest.start();
  await using balancer = await LoadBalancerUnderTest.start(nsp.service.address);
  await balancer.isReady();
  using other = connect(balancer.service.address, { security: { kind: 'plaintext' } });
  const stats = other.client(LoadBalancerServiceDefinition).watchStats({})[Symbol.asyncIterator]();
  await stats.next();
  await nsp.kill();
  balancer.service.kill('SIGTERM');
  await expect(stats.next()).rejects.toMatchObject({ code: Status.UNAVAILABLE });
  expect(await balancer.service.exited).toEqual({ code: 0, signal: null });
});
