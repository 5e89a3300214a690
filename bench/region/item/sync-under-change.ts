// (r6) A full sync that comes to an end while regions change all the time.

import type { Figures, Item } from '../../item/item.ts';
import { usageOf } from '../../process-usage.ts';
import { monotonicMs } from '../../workload/stamp.ts';
import { Cluster } from '../cluster.ts';
import type { Contender, PdPrograms } from '../contender.ts';
import { PdCluster } from '../pd-cluster.ts';

const regions = 1_000_000;
const rate = 20_000;

async function measureOurs(signal: AbortSignal): Promise<Figures> {
  await using cluster = await Cluster.loaded(regions, signal);
  const { leader } = cluster;
  const paced = cluster.pace(rate, Number.POSITIVE_INFINITY);
  const follower = await cluster.follow(); // serves, and begins to connect
  const began = monotonicMs();
  const ready = await cluster.level(follower, rate);
  cluster.halt();
  const { behindMs } = await paced;
  await cluster.settle();
  const [leaderUsage, followerUsage] = [await leader.usage(), await follower.usage()];
  return {
    sync: (ready - began) / 1_000,
    behind: behindMs,
    followerRss: followerUsage?.peakRssMiB,
    leaderRss: leaderUsage?.peakRssMiB,
  };
}

async function measurePd(programs: PdPrograms, signal: AbortSignal): Promise<Figures> {
  await using cluster = await PdCluster.start(programs, regions, signal);
  const { leader } = cluster;
  await leader.churn(rate, 'stamp');
  const follower = await cluster.follow();
  const { ms } = await cluster.complete(follower, regions);
  await leader.churn(0, 'stamp');
  await cluster.equal();
  const [leaderUsage, followerUsage] = [await usageOf(leader.pid), await usageOf(follower.pid)];
  return { sync: ms / 1_000, followerRss: followerUsage?.peakRssMiB, leaderRss: leaderUsage?.peakRssMiB };
}

export const syncUnderChange: Item<Contender> = {
  letter: 'r6',
  parts: [
    {
      title: `full sync of ${regions.toLocaleString('en')} regions under ${rate.toLocaleString('en')} changes/s`,
      limitSeconds: 120,
      contenders: ['P', 'ours'],
      metrics: [
        { key: 'sync', title: 'cold follower → ready', unit: 's', wanted: 'it ends' },
        { key: 'behind', title: 'stores behind their rate, at the most', unit: 'ms' },
        { key: 'followerRss', title: 'peak RSS of the follower', unit: 'MiB' },
        { key: 'leaderRss', title: 'peak RSS of the leader', unit: 'MiB' },
      ],
      measure: (contender, signal) =>
        contender.name === 'P' ? measurePd(contender.programs, signal) : measureOurs(signal),
    },
  ],
};
