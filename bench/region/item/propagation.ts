// (r4) From a change to where it can be read, under a steady rate: of all changes, and as one client sees it.

import { setTimeout as delay } from 'node:timers/promises';
import type { Figures, Item, Part } from '../../item/item.ts';
import { cpuSince, type ProcessUsage, usageOf } from '../../process-usage.ts';
import { type Ages, worstOf } from '../ages.ts';
import { Cluster } from '../cluster.ts';
import type { Contender, PdPrograms } from '../contender.ts';
import { PdCluster } from '../pd-cluster.ts';
import { probe } from '../probe.ts';

const regions = 100_000;
const warmSeconds = 2;
const seconds = 6;
const probeSeconds = 4;

async function measureOurs(rate: number, followers: number, signal: AbortSignal): Promise<Figures> {
  await using cluster = await Cluster.loaded(regions, signal, { count: followers, timed: true });
  const [follower] = cluster.followers;
  if (follower === undefined) throw new Error('there is no follower');
  const ages = () => Promise.all(cluster.followers.map((each) => each.ages()));
  const paced = cluster.pace(rate, warmSeconds + seconds + probeSeconds);
  await delay(warmSeconds * 1_000, undefined, { signal });
  const members = [cluster.leader, ...cluster.followers];
  const usages = () => Promise.all(members.map((member) => member.usage()));
  const [before] = [await usages(), await ages()];
  await delay(seconds * 1_000, undefined, { signal });
  const measured = figures(await ages(), before, await usages());
  const probed = await probe(cluster, follower, probeSeconds);
  const { behindMs } = await paced;
  await cluster.settle();
  return {
    ...measured,
    behind: behindMs,
    client50: probed.p50Ms,
    client99: probed.p99Ms,
    read50: probed.readP50Ms,
  };
}

async function measurePd(
  programs: PdPrograms,
  rate: number,
  followers: number,
  signal: AbortSignal,
): Promise<Figures> {
  await using cluster = await PdCluster.loaded(programs, regions, followers, signal);
  await cluster.leader.churn(rate, 'stamp');
  await delay(warmSeconds * 1_000, undefined, { signal });
  const pids = [cluster.leader.pid, ...cluster.followers.map(({ pid }) => pid)];
  const usages = () => Promise.all(pids.map(usageOf));
  const [before] = [await usages(), await cluster.ages()];
  await delay(seconds * 1_000, undefined, { signal });
  const measured = figures(await cluster.ages(), before, await usages());
  await cluster.leader.churn(0, 'stamp');
  await cluster.equal();
  return measured;
}

type Usages = readonly (ProcessUsage | undefined)[];

function figures(ages: readonly Ages[], before: Usages, after: Usages): Figures {
  const { p50Ms, p99Ms } = worstOf(ages);
  const changes = Math.min(...ages.map(({ count }) => count));
  const cpuSeconds = before.reduce<number | undefined>((sum, usage, member) => {
    const used = cpuSince(usage, after[member]);
    return sum === undefined || used === undefined ? undefined : sum + used;
  }, 0);
  return {
    p50: p50Ms,
    p99: p99Ms,
    rate: changes / seconds,
    cpu: cpuSeconds && (cpuSeconds / changes) * 1e6,
  };
}

function part(rate: number, followers: number): Part<Contender> {
  return {
    title: `${rate.toLocaleString('en')} changes/s to ${followers} follower${followers > 1 ? 's' : ''}`,
    limitSeconds: 90,
    contenders: ['P', 'ours'],
    metrics: [
      {
        key: 'p50',
        title: 'change → can be read, p50',
        unit: 'ms',
        ...(followers === 1 && { wanted: '≤ 0.5 ms' }),
      },
      { key: 'p99', title: '… p99', unit: 'ms', wanted: followers === 1 ? '≤ 5 ms' : '≤ 30 ms' },
      { key: 'rate', title: 'changes that came', unit: '/s' },
      { key: 'cpu', title: 'CPU of all members, a change', unit: 'µs' },
      { key: 'behind', title: 'stores behind their rate, at the most', unit: 'ms' },
      { key: 'client50', title: 'change → a client has read it, p50', unit: 'ms' },
      { key: 'client99', title: '… p99', unit: 'ms' },
      { key: 'read50', title: 'such a read alone, p50', unit: 'ms' },
    ],
    measure: (contender, signal) =>
      contender.name === 'P'
        ? measurePd(contender.programs, rate, followers, signal)
        : measureOurs(rate, followers, signal),
  };
}

export const propagation: Item<Contender> = {
  letter: 'r4',
  parts: [part(2_000, 1), part(20_000, 1), part(2_000, 4), part(20_000, 4)],
};
