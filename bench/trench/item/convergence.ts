// (t3) The proxy gives other addresses: how long until the registry has every target with the new ones, and none with
// the old. F does the same by bare calls, as soon as the monitor has told.

import { type Target, Target_Status } from '@syncline/proto/nsp-targetregistry.ts';
import { until } from '@syncline/testkit/wait.ts';
import type { Figures, Item } from '../../item/item.ts';
import { Histogram } from '../../subscriber/histogram.ts';
import { monotonicMs } from '../../workload/stamp.ts';
import type { Contender } from '../contender.ts';
import { streamsOf } from '../names.ts';
import { plainConnection } from '../nsp.ts';
import { openerOf } from '../opener.ts';
import { type Received, TargetWatch, targetsOf } from '../target-watch.ts';
import { Trench } from '../trench.ts';

const streams = streamsOf(100);
const warm = 2;
const counted = 10;
const patienceMs = 20_000;
const lookMs = 10;

async function measure(contender: Contender, signal: AbortSignal): Promise<Figures> {
  await using trench = await Trench.start(streams.length, signal);
  await using opener = await openerOf(contender, trench);
  using connection = plainConnection(trench.nsp.address);
  using watch = new TargetWatch(connection);
  const times = new Histogram();
  await opener.open(streams);
  await trench.check(streams);
  for (let change = 0; change < warm + counted; change++) {
    const old = addressesOf(await trench.nsp.registry.list());
    const began = monotonicMs();
    await trench.changeSubnet();
    const { atMs } = await listed(watch, old, began);
    await opener.check();
    await trench.check(streams);
    if (change >= warm) times.add(Math.round((atMs - began) * 1_000));
  }
  await opener.close();
  await trench.check([]);
  return { p50: times.quantileMs(0.5), most: times.quantileMs(1) };
}

/** The first message since `began` that has all targets, without any of these addresses: nothing follows it. */
async function listed(watch: TargetWatch, old: ReadonlySet<string>, began: number): Promise<Received> {
  const received = await until(() => watch.newest, {
    deadlineMs: patienceMs,
    everyMs: lookMs,
    describe: `${streams.length} targets with other addresses`,
    accept: (newest) => newest !== undefined && newest.atMs > began && isMoved(targetsOf(newest), old),
  });
  if (received === undefined) throw new Error('the registry told nothing');
  return received;
}

function isMoved(targets: readonly Target[], old: ReadonlySet<string>): boolean {
  return (
    targets.length === streams.length &&
    targets.every(({ status, ips }) => status === Target_Status.ENABLED && !ips.some((ip) => old.has(ip)))
  );
}

function addressesOf(targets: readonly Target[]): ReadonlySet<string> {
  return new Set(targets.flatMap(({ ips }) => ips));
}

export const convergence: Item<Contender> = {
  letter: 't3',
  parts: [
    {
      title: `other addresses for ${streams.length} streams`,
      limitSeconds: 120,
      metrics: [
        { key: 'p50', title: 'change → registry has all, p50', unit: 'ms', wanted: '< 1 s' },
        { key: 'most', title: '… the longest', unit: 'ms', wanted: '< 1 s' },
      ],
      measure,
    },
  ],
};
