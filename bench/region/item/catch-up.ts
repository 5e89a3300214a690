// (r2) A follower that was away: it comes back to a leader that has made as many records meanwhile, all of which its
// log still has. A full sync instead is a failure. PD's ring holds 10,000.

import { setTimeout as delay } from 'node:timers/promises';
import type { Figures, Item, Metric, Part } from '../../item/item.ts';
import { LossError } from '../../loss-error.ts';
import { cpuSince } from '../../process-usage.ts';
import { Cluster } from '../cluster.ts';
import type { Contender, PdPrograms } from '../contender.ts';
import { PdCluster } from '../pd-cluster.ts';

const regions = 100_000;
const ring = 10_000;
/** PD's follower makes no progress at all when the ring has lost what it needs. */
const pdPatienceMs = 15_000;

/** Of many records; the kernel counts in hundredths of a second. */
const cpu: readonly Metric[] = [
  { key: 'followerCpu', title: 'CPU of the follower, a record', unit: 'µs' },
  { key: 'leaderCpu', title: 'CPU of the leader, a record', unit: 'µs' },
];

async function measureOurs(records: number, signal: AbortSignal): Promise<Figures> {
  await using cluster = await Cluster.loaded(regions, signal, { count: 1, timed: false });
  const { leader } = cluster;
  const [follower] = cluster.followers;
  if (follower === undefined) throw new Error('there is no follower');
  await follower.stop();
  await cluster.change(records, 'leader');
  leader.freeze();
  await follower.startAgain();
  await cluster.connecting(follower);
  const [leaderBefore, followerBefore] = [await leader.usage(), await follower.usage()];
  const began = leader.thaw();
  // Asking takes from what is measured, and nobody takes a million a second.
  const soonest = records / 1_000;
  await delay(soonest, undefined, { signal });
  const ready = await cluster.ready(follower);
  if (ready - began < soonest + 5) throw new Error('it may have been ready before it was asked');
  const [leaderAfter, followerAfter] = [await leader.usage(), await follower.usage()];
  await cluster.settle();
  const { joins } = await follower.status();
  if (joins?.replay !== 1n || joins.snapshot + joins.delta > 0n) {
    throw new LossError(`the follower caught up by something else than the log: ${joins?.lastReason}`);
  }
  return {
    ...figures(records, (ready - began) / 1_000),
    leaderCpu: microsecondsEach(records, cpuSince(leaderBefore, leaderAfter)),
    followerCpu: microsecondsEach(records, cpuSince(followerBefore, followerAfter)),
  };
}

async function measurePd(programs: PdPrograms, records: number, signal: AbortSignal): Promise<Figures> {
  await using cluster = await PdCluster.loaded(programs, regions, 1, signal);
  const [follower] = cluster.followers;
  if (follower === undefined) throw new Error('there is no follower');
  await follower.leave();
  await cluster.leader.change(records, 'leader');
  await follower.follow();
  const { ms } = await cluster.caughtUp(follower, pdPatienceMs);
  await cluster.equal();
  return figures(records, ms / 1_000);
}

function figures(records: number, seconds: number): Figures {
  return { time: seconds * 1_000, rate: records / seconds };
}

function microsecondsEach(records: number, seconds: number | undefined): number | undefined {
  return seconds && (seconds / records) * 1e6;
}

function part(records: number): Part<Contender> {
  const isLong = records >= 100_000;
  return {
    title: `catch-up of ${records.toLocaleString('en')} records, ${regions.toLocaleString('en')} regions`,
    limitSeconds: 120,
    contenders: records <= ring ? ['P', 'ours'] : ['ours'],
    metrics: [
      { key: 'time', title: 'leader can be reached → ready and durable', unit: 'ms' },
      { key: 'rate', title: 'records', unit: '/s', ...(isLong && { wanted: '≥ 350,000/s' }) },
      ...(isLong ? cpu : []),
    ],
    measure: (contender, signal) =>
      contender.name === 'P' ? measurePd(contender.programs, records, signal) : measureOurs(records, signal),
  };
}

export const catchUp: Item<Contender> = {
  letter: 'r2',
  parts: [part(1_000), part(10_000), part(100_000), part(1_000_000)],
};
