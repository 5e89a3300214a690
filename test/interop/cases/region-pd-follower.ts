// PD's own follower on our leader. It is of April 2024 and takes whatever it is told for the truth, so that it is right
// only as long as the leader never leaves a gap.

import assert from 'node:assert/strict';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import type { InteropCase } from '../case.ts';
import type { CaseContext } from '../context.ts';
import { type PdFollower, startPdFollower } from '../pd/follower.ts';
import { RegionLeader } from '../region/leader.ts';

const kinds = ['leader', 'epoch', 'split', 'merge'] as const;

/** No double and no int64 holds them. */
const highIds = 2n ** 63n + 2n;

/** Starts PD's follower; it may have nothing yet when this resolves. */
function follow(context: CaseContext, { address, clusterId }: RegionLeader, name: string, folder?: string) {
  return startPdFollower(context, {
    leader: address,
    clusterId,
    name,
    ...(folder !== undefined && { folder }),
  });
}

/** Waits until the follower holds what the leader was told, at the leader's index, and says that it is running. */
async function equals(follower: PdFollower, leader: RegionLeader): Promise<string> {
  const { digest, regions, index } = await leader.held();
  await follower.shows(digest);
  await follower.becomes(`the follower at ${index}`, (status) => status.index === index);
  assert.deepEqual(await follower.digest(), { running: true, regions, index, digest });
  return `${regions} regions with digest ${digest} at ${index} on both sides`;
}

export const cases: readonly InteropCase[] = [
  {
    name: "PD's own follower on our leader: a full sync, and every kind of record as it is made",
    needs: ['pd-follower'],
    async run(context) {
      const leader = await RegionLeader.start(context, { layout: { firstId: highIds } });
      const follower = await follow(context, leader, 'pd-cold');
      await equals(follower, leader);
      for (const kind of kinds) await leader.change(500, kind);
      context.note(await equals(follower, leader));
      const { joins } = await leader.member.status();
      assert.deepEqual([joins?.snapshot, joins?.replay], [1n, 0n]);
    },
  },
  {
    name: "PD's own follower on our leader: replays what it missed, as a new process too",
    needs: ['pd-follower'],
    async run(context) {
      const { path: folder } = context.own(await tempDir('pd-follower'));
      const leader = await RegionLeader.start(context);
      const follower = await follow(context, leader, 'pd-away', folder);
      await equals(follower, leader);
      await follower.leave();
      for (const kind of kinds) await leader.change(500, kind);
      await follower.follow();
      await equals(follower, leader);

      await follower.quit();
      await leader.change(500, 'split');
      const again = await follow(context, leader, 'pd-away', folder);
      const { index, regions } = await leader.held();
      await again.becomes(
        'the replay being over',
        (held) => held.index === index && held.regions === regions,
      );
      await leader.change(regions, 'leader'); // PD keeps no leaders on its disk
      context.note(await equals(again, leader));
      const { joins } = await leader.member.status();
      assert.deepEqual([joins?.snapshot, joins?.replay], [1n, 2n]);
    },
  },
  {
    name: "PD's own follower on our leader: the leader is killed, and goes on in a new term",
    needs: ['pd-follower'],
    async run(context) {
      const leader = await RegionLeader.start(context);
      const [stays, away] = await Promise.all([
        follow(context, leader, 'pd-stays'),
        follow(context, leader, 'pd-away'),
      ]);
      await Promise.all([equals(stays, leader), equals(away, leader)]);
      await away.leave();
      for (const kind of kinds) await leader.change(500, kind);
      await equals(stays, leader);

      await leader.crash();
      await leader.change(500, 'epoch');
      await equals(stays, leader);
      await away.follow();
      await equals(away, leader);
      for (const kind of kinds) await leader.change(500, kind);
      await Promise.all([equals(stays, leader), equals(away, leader)]);
      const { joins, term } = await leader.member.status();
      assert.deepEqual([joins?.snapshot, term], [0n, 2n]);
      context.note(await equals(stays, leader));
    },
  },
  {
    name: "PD's own follower on our leader: one that is behind the log gets all regions, and no gap",
    needs: ['pd-follower'],
    async run(context) {
      const leader = await RegionLeader.start(context, {
        layout: { count: 2_000 },
        settings: {
          RETENTION_RECORDS: '1000',
          TAIL_RECORDS: '1000',
          SEGMENT: '1000',
          CHECKPOINT_RECORDS: '1000',
        },
      });
      const follower = await follow(context, leader, 'pd-late');
      await equals(follower, leader);
      const { index } = await follower.leave();
      for (let round = 0; round < 4; round++) await leader.change(2_000, 'epoch');
      for (const kind of kinds) await leader.change(500, kind);
      const { firstIndex } = await leader.member.becomes(
        `the log beginning after ${index}`,
        (status) => status.firstIndex > BigInt(index),
      );
      await follower.follow();
      await equals(follower, leader);
      for (const kind of kinds) await leader.change(500, kind);
      const { joins } = await leader.member.status();
      assert.deepEqual([joins?.snapshot, joins?.replay], [2n, 0n]);
      context.note(
        `asked for ${index} of a log that began at ${firstIndex}; ${await equals(follower, leader)}`,
      );
    },
  },
  {
    name: "PD's own follower on our leader: one that stalls is cut off and comes back, and the other notices nothing",
    needs: ['pd-follower'],
    async run(context) {
      const leader = await RegionLeader.start(context, { settings: { STALL: '2s' } });
      const [stalled, other] = await Promise.all([
        follow(context, leader, 'pd-stalled'),
        follow(context, leader, 'pd-other'),
      ]);
      await Promise.all([equals(stalled, leader), equals(other, leader)]);
      stalled.kill('SIGSTOP');
      for (let round = 0; round < 3; round++) await leader.change(10_000, 'epoch');
      await equals(other, leader);
      await leader.member.becomes('the stalled follower being cut off', ({ streams }) =>
        streams.every(({ name }) => name !== 'pd-stalled'),
      );
      stalled.kill('SIGCONT');
      await equals(stalled, leader);
      for (const kind of kinds) await leader.change(500, kind);
      await equals(stalled, leader);
      context.note(await equals(other, leader));
      const { joins } = await leader.member.status();
      assert.deepEqual([joins?.snapshot, joins?.replay], [2n, 1n]);
    },
  },
];
