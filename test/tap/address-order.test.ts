// A proxy that tells the addresses of a connection in another order tells nothing new: not to the registry, and not to
// those who follow it.

import { readMetric } from '@syncline/testkit/metrics.ts';
import { until } from '@syncline/testkit/wait.ts';
import { expect, test } from 'vitest';
import { LoadBalancerUnderTest } from '../load-balancer/load-balancer-under-test.ts';
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
  const told = await addresses(trench);
  const before = await standing();

  const permuteAddresses = { $case: 'permuteAddresses', value: {} } as const;
  await heard(tap, () => trench.fault(permuteAddresses, 'edge'));
  expect(await addresses(trench)).toEqual(reversed(told));
  expect(await standing()).toEqual(before);
  await heard(tap, () => trench.setLink('edge', 'UP'));
  expect(await standing()).toEqual(before);

  // A Request that there is a reason for is answered in another order than it was asked in.
  await heard(tap, () => trench.configure([{ ...web, vips: ['20.0.0.1/32', '20.0.0.2/32'] }]));
  await hasVips(tap, 2);
  const asked = { ...before, requests: before.requests + 1n };
  expect(await standing()).toEqual(asked);

  const toldThen = await addresses(trench);
  await heard(tap, () => trench.clearFaults());
  expect(await addresses(trench)).toEqual(reversed(toldThen));
  expect(await standing()).toEqual(asked);
  await heard(tap, () => trench.setLink('edge', 'UP'));
  expect(await standing()).toEqual(asked);

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

/** The lists of addresses of the one connection, in the order in which watchers are told them. */
async function addresses(trench: TrenchUnderTest) {
  const [connection] = await trench.connections();
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
