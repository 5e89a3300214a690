// (r1) All regions to a follower that has none: from the moment its leader can be reached until it answers reads and
// would survive a kill. R reads the same frames and keeps nothing.

import type { Figures, Item, Part } from '../../item/item.ts';
import { LossError } from '../../loss-error.ts';
import { cpuSince, usageOf } from '../../process-usage.ts';
import { Cluster } from '../cluster.ts';
import type { Contender, PdPrograms } from '../contender.ts';
import { PdCluster } from '../pd-cluster.ts';
import { RawReader } from '../raw-reader/raw-reader.ts';
import { isLaid } from '../scan.ts';

function measure(contender: Contender, regions: number, signal: AbortSignal): Promise<Figures> {
  switch (contender.name) {
    case 'R':
      return measureReader(regions, signal);
    case 'P':
      return measurePd(contender.programs, regions, signal);
    case 'ours':
      return measureOurs(regions, signal);
  }
}

async function measureReader(regions: number, signal: AbortSignal): Promise<Figures> {
  await using cluster = await Cluster.start(regions, signal);
  const intake = await cluster.load();
  await cluster.settle();
  await using reader = await RawReader.connect(cluster.leader.address, signal);
  const [before, readerBefore] = [await cluster.leader.usage(), await reader.usage()];
  const read = await reader.read(signal);
  if (read.regions !== regions) throw new LossError(`the snapshot is of ${read.regions} regions`);
  return {
    sync: read.seconds,
    leaderCpu: cpuSince(before, await cluster.leader.usage()),
    followerCpu: cpuSince(readerBefore, await reader.usage()),
    leaderRss: (await cluster.leader.usage())?.peakRssMiB,
    followerRss: (await reader.usage())?.peakRssMiB,
    bytes: read.bytes / regions,
    intake: regions / intake,
  };
}

async function measureOurs(regions: number, signal: AbortSignal): Promise<Figures> {
  await using cluster = await Cluster.start(regions, signal);
  const { leader } = cluster;
  const intake = await cluster.load();
  await cluster.settle();
  leader.freeze();
  const follower = await cluster.follow();
  await cluster.connecting(follower);
  const [leaderBefore, followerBefore] = [await leader.usage(), await follower.usage()];
  const began = leader.thaw();
  const ready = await cluster.ready(follower);
  const [leaderUsage, followerUsage] = [await leader.usage(), await follower.usage()];
  await cluster.settle();
  if (!(await isLaid(follower, regions))) throw new LossError('a scan of the follower has other regions');
  return {
    sync: (ready - began) / 1_000,
    leaderCpu: cpuSince(leaderBefore, leaderUsage),
    followerCpu: cpuSince(followerBefore, followerUsage),
    leaderRss: leaderUsage?.peakRssMiB,
    followerRss: followerUsage?.peakRssMiB,
    intake: regions / intake,
  };
}

async function measurePd(programs: PdPrograms, regions: number, signal: AbortSignal): Promise<Figures> {
  await using cluster = await PdCluster.start(programs, regions, signal);
  const { leader } = cluster;
  const before = await usageOf(leader.pid);
  const follower = await cluster.follow();
  const { ms } = await cluster.complete(follower, regions);
  const [leaderUsage, followerUsage] = [await usageOf(leader.pid), await usageOf(follower.pid)];
  await cluster.equal();
  return {
    sync: ms / 1_000,
    leaderCpu: cpuSince(before, leaderUsage),
    followerCpu: followerUsage?.cpuSeconds,
    leaderRss: leaderUsage?.peakRssMiB,
    followerRss: followerUsage?.peakRssMiB,
  };
}

function part(regions: number, wanted: { sync: string; rss?: string }): Part<Contender> {
  return {
    title: `full sync of ${regions.toLocaleString('en')} regions`,
    limitSeconds: 240,
    metrics: [
      { key: 'sync', title: 'cold follower → ready and durable', unit: 's', wanted: wanted.sync },
      { key: 'followerCpu', title: 'CPU of the follower meanwhile', unit: 's' },
      { key: 'leaderCpu', title: 'CPU of the leader meanwhile', unit: 's' },
      {
        key: 'followerRss',
        title: 'peak RSS of the follower',
        unit: 'MiB',
        ...(wanted.rss && { wanted: wanted.rss }),
      },
      {
        key: 'leaderRss',
        title: 'peak RSS of the leader',
        unit: 'MiB',
        ...(wanted.rss && { wanted: wanted.rss }),
      },
      { key: 'bytes', title: 'bytes a region', unit: 'count', wanted: '194 to 198' },
      { key: 'intake', title: 'heartbeats before, each a region, durable', unit: '/s' },
    ],
    measure: (contender, signal) => measure(contender, regions, signal),
  };
}

export const fullSync: Item<Contender> = {
  letter: 'r1',
  parts: [part(100_000, { sync: '≤ 0.2 × P' }), part(1_000_000, { sync: '≤ 0.067 × P', rss: '≤ 0.45 × P' })],
};
