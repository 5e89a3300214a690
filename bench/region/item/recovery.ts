// (r7) kill -9 and start again: how long until a member answers reads from all that it had. PD's follower, as it is here,
// knows no leader of a region after a restart, so that its digest is another one and there is nothing to compare.

import type { Figures, Item } from '../../item/item.ts';
import { LossError } from '../../loss-error.ts';
import { monotonicMs } from '../../workload/stamp.ts';
import { Cluster } from '../cluster.ts';
import type { Contender } from '../contender.ts';
import type { Member } from '../member.ts';

const regions = 1_000_000;
const changes = 100_000;

async function measure(signal: AbortSignal): Promise<Figures> {
  await using cluster = await Cluster.loaded(regions, signal, { count: 1, timed: false });
  const { leader, followers } = cluster;
  const [follower] = followers;
  if (follower === undefined) throw new Error('there is no follower');
  await cluster.change(changes, 'leader');
  await cluster.settle();
  const { total } = await leader.digest();
  const back = await recover(leader);
  if ((await leader.digest()).total !== total) throw new LossError('the leader came back with other regions');
  await cluster.equal();
  const followerBack = await recover(follower);
  await cluster.equal();
  return {
    leader: back.seconds,
    leaderCpu: back.cpuSeconds,
    follower: followerBack.seconds,
    followerCpu: followerBack.cpuSeconds,
  };
}

/** CPU is all that the new process has used until then. */
async function recover(member: Member): Promise<{ seconds: number; cpuSeconds: number | undefined }> {
  const began = monotonicMs();
  await member.kill();
  await member.startAgain();
  const ready = await member.becomes({
    describe: 'being ready again',
    deadlineMs: 60_000,
    accept: (status) => status.ready && status.regions === BigInt(regions),
  });
  return { seconds: (ready - began) / 1_000, cpuSeconds: (await member.usage())?.cpuSeconds };
}

export const recovery: Item<Contender> = {
  letter: 'r7',
  parts: [
    {
      title: `kill -9 with ${regions.toLocaleString('en')} regions`,
      limitSeconds: 120,
      contenders: ['ours'],
      metrics: [
        { key: 'leader', title: 'leader: killed → answers reads', unit: 's', wanted: '≤ 2 s' },
        { key: 'leaderCpu', title: '… CPU until then', unit: 's' },
        { key: 'follower', title: 'follower: killed → ready', unit: 's', wanted: '≤ 2 s' },
        { key: 'followerCpu', title: '… CPU until then', unit: 's' },
      ],
      measure: (_, signal) => measure(signal),
    },
  ],
};
