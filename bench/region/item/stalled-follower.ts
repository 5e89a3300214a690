// (r8) One of four followers hangs: what the others notice of it, and what it costs the leader.

import { setTimeout as delay } from 'node:timers/promises';
import type { Figures, Item } from '../../item/item.ts';
import { type ProcessUsage, usageOf } from '../../process-usage.ts';
import { type Ages, worstOf } from '../ages.ts';
import { Cluster } from '../cluster.ts';
import type { Contender, PdPrograms } from '../contender.ts';
import { PdCluster } from '../pd-cluster.ts';

const regions = 100_000;
const rate = 5_000;
const warmSeconds = 2;
const before = 6;
/** What a leader keeps of its log in memory is full before its memory is looked at. */
const tailRecords = 200_000;
/** Longer than a leader waits for a follower that takes nothing. */
const stalled = 14;

/** What is watched while one of the followers is stopped. */
interface Watched {
  /** Ages of changes at the other followers since this was asked last. */
  ages(): Promise<Ages[]>;
  leader(): Promise<ProcessUsage | undefined>;
  freeze(): void;
  thaw(): void;
}

async function measureOurs(signal: AbortSignal): Promise<Figures> {
  await using cluster = await Cluster.loaded(regions, signal, { count: 4, timed: true });
  const [hung, ...others] = cluster.followers;
  if (hung === undefined) throw new Error('there is no follower');
  await cluster.change(tailRecords, 'leader');
  const paced = cluster.pace(rate, warmSeconds + before + stalled);
  const figures = await watch(
    {
      ages: () => Promise.all(others.map((follower) => follower.ages())),
      leader: () => cluster.leader.usage(),
      freeze: () => hung.freeze(),
      thaw: () => void hung.thaw(),
    },
    signal,
  );
  await paced;
  await cluster.settle();
  return figures;
}

async function measurePd(programs: PdPrograms, signal: AbortSignal): Promise<Figures> {
  await using cluster = await PdCluster.loaded(programs, regions, 4, signal);
  const { leader, followers } = cluster;
  const hung = followers[0];
  if (hung === undefined) throw new Error('there is no follower');
  await leader.churn(rate, 'stamp');
  const figures = await watch(
    {
      ages: () => cluster.ages(followers.slice(1)),
      leader: () => usageOf(leader.pid),
      freeze: () => hung.kill('SIGSTOP'),
      thaw: () => hung.kill('SIGCONT'),
    },
    signal,
  );
  await leader.churn(0, 'stamp');
  await cluster.equal();
  return figures;
}

async function watch(watched: Watched, signal: AbortSignal): Promise<Figures> {
  const pass = (seconds: number) => delay(seconds * 1_000, undefined, { signal });
  await pass(warmSeconds);
  await watched.ages();
  await pass(before);
  const usual = worstOf(await watched.ages());
  const leader = await watched.leader();
  watched.freeze();
  try {
    await pass(stalled);
    const now = worstOf(await watched.ages());
    const after = await watched.leader();
    return {
      usual: usual.p99Ms,
      stalled: now.p99Ms,
      longest: now.maxMs,
      ...(leader && after && { growth: after.rssMiB - leader.rssMiB }),
    };
  } finally {
    watched.thaw();
  }
}

export const stalledFollower: Item<Contender> = {
  letter: 'r8',
  parts: [
    {
      title: `4 followers at ${rate.toLocaleString('en')} changes/s, one of them stalled for ${stalled} s`,
      limitSeconds: 120,
      contenders: ['P', 'ours'],
      metrics: [
        { key: 'usual', title: 'change → can be read, p99, none stalled', unit: 'ms' },
        { key: 'stalled', title: '… of the others, one stalled', unit: 'ms', wanted: 'the same' },
        { key: 'longest', title: '… the longest', unit: 'ms' },
        { key: 'growth', title: 'growth of the leader meanwhile', unit: 'MiB', wanted: 'flat' },
      ],
      measure: (contender, signal) =>
        contender.name === 'P' ? measurePd(contender.programs, signal) : measureOurs(signal),
    },
  ],
};
