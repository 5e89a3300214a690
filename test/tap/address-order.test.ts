// A proxy that tells the addresses of a connection in another order tells nothing new: not to the registry, and not to
// those who follow it.

import { MonitorConnectionDefinition } from '@syncline/proto/connection.ts';
import { connect } from '@syncline/rpc/connect.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { until } from '@syncline/testkit/wait.ts';
import { expect, test } from 'vitest';
import { LoadBalancerUnderTest } from '../load-balancer/load-balancer-under-test.ts';
import { Watch } from '../proxy/proxy-under-test.ts';
import { web } from './streams.ts';
import { all, TapUnderTest } from './tap-under-test.ts';
import { TrenchUnderTest } from './trench-under-test.ts';

test('addresses in another order, while a stream is OPEN, are no change for anybody; other addresses are (F4, I13, I19)', async () => {
  await using trench = await TrenchUnderTest.start('demo', [web]);
  // No Request comes of itself.
  const settings = { renew: '1h', refresh: '200ms' };
  await using tap = await TapUnderTest.start('target-1', trench.neighbours, settings);
  await using balancer = await LoadBalancerUnderTest.start(trench.nsp.address);
  await tap.open(web);
  await tap.shows(all([web], 'OPEN'));
  await hasVips(tap, 1);
  const [target] = trench.targets.enabled('web');
  await balancer.hasTargets('web', [target?.identifier ?? 0]);
  using line = connect(trench.proxy.address, { security: { kind: 'plaintext' } });
  const monitor = line.client(MonitorConnectionDefinition);
  using watch = new Watch((signal) => monitor.monitorConnections({}, { signal }));
  const told = await addresses(watch);
  const before = await standing();

  await heard(tap, () => trench.fault({ $case: 'permuteAddresses', value: {} }, 'edge'));
  expect(await standing()).toEqual(before);
  expect(await addresses(watch)).toEqual(reversed(told));
  await heard(tap, () => trench.setLink('edge', 'UP'));
  expect(await standing()).toEqual(before);
  expect(await addresses(watch)).toEqual(reversed(told));

  // A Request that there is a reason for is answered in another order than it was asked in.
  await heard(tap, () => trench.configure([{ ...web, vips: ['20.0.0.1/32', '20.0.0.2/32'] }]));
  await hasVips(tap, 2);
  const asked = { ...before, requests: before.requests + 1n };
  expect(await standing()).toEqual(asked);
  const answered = await addresses(watch);

  await heard(tap, () => trench.clearFaults());
  expect(await standing()).toEqual(asked);
  expect(await addresses(watch)).toEqual(reversed(answered));
  await heard(tap, () => trench.setLink('edge', 'UP'));
  expect(await standing()).toEqual(asked);
  expect(await addresses(watch)).toEqual(reversed(answered));

  await trench.changeSubnet('edge');
  const isOther = (ips: readonly string[] = []) =>
    ips.length > 0 && !ips.some((ip) => target?.ips.includes(ip));
  await trench.targets.become('web enabled at other addresses', () =>
    isOther(trench.targets.enabled('web')[0]?.ips),
  );
  await until(() => balancer.stream('web'), {
    deadlineMs: 5_000,
    describe: 'a load balancer that leads to the other addresses',
    accept: ({ targets }) => isOther(targets[0]?.ips),
  });
  // Of the former target nothing was listed anew, also not a moment before it went.
  const listed = trench.targets.lists.slice(before.registry).flat();
  expect(listed.filter(({ ips }) => !isOther(ips))).toEqual([]);

  /** What is to stay, after two refreshes: the second one began when all before it was done. */
  async function standing() {
    const refreshed = await tap.refreshes();
    await until(() => tap.refreshes(), {
      deadlineMs: 5_000,
      describe: 'two refreshes',
      accept: (now) => now >= refreshed + 2,
    });
    const events = (event: string) => readMetric(tap.service.adminPort, 'tap_stream_events_total', { event });
    return {
      statuses: tap.history.lists.length,
      registry: trench.targets.lists.length,
      registered: await events('registered'),
      unregistered: await events('unregistered'),
      requests: (await trench.proxyStatus()).counts?.requests ?? 0n,
      table: await balancer.stream('web'),
    };
  }
});

/** Waits until the tap has taken a message that comes of this. */
async function heard(tap: TapUnderTest, change: () => Promise<void>): Promise<void> {
  const applied = (await tap.dump()).ledger?.applied ?? 0n;
  await change();
  await tap.dumps('one more message', ({ ledger }) => (ledger?.applied ?? 0n) > applied);
}

async function hasVips(tap: TapUnderTest, count: number): Promise<void> {
  await tap.dumps(`${count} VIPs`, ({ conduits }) => conduits[0]?.appliedVips.length === count);
}

/** The addresses of the one connection, as the next event tells them. */
async function addresses(watch: Watch) {
  const [connection] = (await watch.next()).connections;
  const { srcIpAddrs = [], dstIpAddrs = [], extraPrefixes = [] } = connection?.context?.ipContext ?? {};
  expect(new Set(srcIpAddrs).size).toBeGreaterThan(1);
  return { srcIpAddrs, dstIpAddrs, extraPrefixes };
}

function reversed({ srcIpAddrs, dstIpAddrs, extraPrefixes }: Awaited<ReturnType<typeof addresses>>) {
  return {
    srcIpAddrs: srcIpAddrs.toReversed(),
    dstIpAddrs: dstIpAddrs.toReversed(),
    extraPrefixes: extraPrefixes.toReversed(),
  };
}
