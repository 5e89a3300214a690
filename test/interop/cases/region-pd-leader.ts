// Our follower on PD's own leader, which is of April 2024 and has the seed's defects, with PD's own follower beside it:
// where that one stays wrong and says that it is running, ours has to end equal.

import assert from 'node:assert/strict';
import { TcpProxy } from '@syncline/testkit/tcp-proxy.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { until } from '@syncline/testkit/wait.ts';
import type { InteropCase } from '../case.ts';
import type { CaseContext } from '../context.ts';
import { type PdFollower, startPdFollower } from '../pd/follower.ts';
import { type PdLeader, startPdLeader } from '../pd/leader.ts';
import { followerName, startRegionFollower } from '../region/follower.ts';
import type { RegionMember } from '../region/member.ts';

/** More records than PD's ring of 10,000 holds. */
const beyondTheRing = 12_000;
/** Changes a second: a PD of 2024 in which nothing happens says only every 10 s how far it is. */
const someTraffic = 20;
const theirs = 'pd-follower';

/** Both followers of one leader. */
interface Pair {
  readonly ours: RegionMember;
  readonly pd: PdFollower;
}

async function startBoth(
  context: CaseContext,
  leader: PdLeader,
  settings: Readonly<Record<string, string>> = {},
): Promise<Pair> {
  const [ours, pd] = await Promise.all([
    startRegionFollower(context, leader.address, settings),
    startPdFollower(context, { leader: leader.address }),
  ]);
  await duringTraffic(leader, () => bothFollow(leader, { ours, pd }));
  await settled(leader, ours);
  await pd.shows((await leader.digest()).digest);
  return { ours, pd };
}

/** Waits until both are told of records as they are made. */
async function bothFollow(leader: PdLeader, { ours }: Pair): Promise<void> {
  await ours.becomes('our follower being ready', ({ ready }) => ready);
  await leader.followedBy(followerName);
  await leader.followedBy(theirs);
}

async function duringTraffic(leader: PdLeader, wait: () => Promise<unknown>): Promise<void> {
  await leader.churn(someTraffic, 'leader');
  await wait();
  await leader.churn(0, 'leader');
}

/** Waits until ours holds what the leader holds, at the leader's index. */
async function settled(leader: PdLeader, ours: RegionMember): Promise<void> {
  const { digest, regions, index } = await leader.digest();
  await ours.shows({ digest, regions, index });
}

/** What the leader, our follower and PD's own have, for the report. Ours is to be equal, PD's own wrong and running. */
async function compare(context: CaseContext, leader: PdLeader, { ours, pd }: Pair): Promise<void> {
  await settled(leader, ours);
  const wanted = await leader.digest();
  const { index } = wanted;
  await pd.becomes(`PD's own follower at ${index}`, (status) => status.index === index);
  const held = await pd.digest();
  const text = ({ regions, digest }: { readonly regions: number; readonly digest: string }) =>
    `${regions} regions with digest ${digest}`;
  assert.equal(held.running, true);
  assert.notEqual(held.digest, wanted.digest);
  context.note(`${text(wanted)} at ${index}, our follower equal, PD's own ${text(held)} and running`);
}

/** A line on which the leader's 20,000 regions take four seconds. */
async function slowLine(context: CaseContext, leader: PdLeader): Promise<TcpProxy> {
  const line = context.own(await TcpProxy.open(Number(leader.address.split(':').at(-1))));
  line.throttle(1_000_000);
  return line;
}

async function aTenthIsThere(line: TcpProxy): Promise<void> {
  const describe = 'a tenth of the regions having come';
  await until(() => line.bytes('down'), { deadlineMs: 20_000, describe, accept: (bytes) => bytes > 400_000 });
}

const rows: readonly InteropCase[] = [
  {
    name: "our follower on PD's own leader: a full sync from one in which nothing happens, and every kind of record",
    needs: ['pd-leader'],
    async run(context) {
      const leader = await startPdLeader(context, { layout: { firstId: 2n ** 63n + 2n } });
      const ours = await startRegionFollower(context, leader.address);
      await settled(leader, ours);
      for (const kind of ['leader', 'epoch', 'split', 'merge'] as const) await leader.change(500, kind);
      await settled(leader, ours);
      const { joins } = await ours.status();
      assert.deepEqual([joins?.snapshot, joins?.replay], [1n, 0n]);
      const { regions, digest, index } = await ours.held();
      context.note(`${regions} regions with digest ${digest} at ${index} on both sides`);
    },
  },
  {
    name: "our follower on PD's own leader at index 0: its regions without a record, and what it records then",
    needs: ['pd-leader'],
    async run(context) {
      const leader = await startPdLeader(context, { index: 0, layout: { count: 50 } });
      const early = await startRegionFollower(context, leader.address);
      await settled(leader, early);
      await leader.change(3, 'epoch');
      // For index 0 it is sent the three records, for all there is.
      const late = await startRegionFollower(context, leader.address, { NAME: 'late' });
      await Promise.all([settled(leader, early), settled(leader, late)]);
      await leader.change(20, 'split');
      await Promise.all([settled(leader, early), settled(leader, late)]);
      const { regions, digest, index } = await late.held();
      context.note(`${regions} regions with digest ${digest} at ${index} on all sides`);
    },
  },
  {
    name: "our follower on PD's own leader: trusting its index, replays what it missed",
    needs: ['pd-leader', 'pd-follower'],
    async run(context) {
      const leader = await startPdLeader(context);
      const { ours, pd } = await startBoth(context, leader, { TRUST_FOREIGN: 'true' });
      await Promise.all([ours.end('SIGTERM'), pd.leave()]);
      for (const kind of ['leader', 'split', 'merge'] as const) await leader.change(500, kind);
      await Promise.all([ours.startAgain(), pd.follow()]);
      await settled(leader, ours);
      const { digest, regions, index } = await pd
        .shows((await leader.digest()).digest)
        .then(() => pd.digest());
      assert.deepEqual(await ours.held(), { digest, regions, index });
      const { joins } = await ours.status();
      assert.deepEqual([joins?.snapshot, joins?.replay], [0n, 1n]);
      context.note(`${regions} regions with digest ${digest} at ${index} on all sides`);
    },
  },
  {
    name: "our follower on PD's own leader, the seed's defect: behind the ring",
    needs: ['pd-leader', 'pd-follower'],
    async run(context) {
      const leader = await startPdLeader(context);
      // It asks from where it was, as PD's own does.
      const pair = await startBoth(context, leader, { TRUST_FOREIGN: 'true' });
      await Promise.all([pair.ours.end('SIGTERM'), pair.pd.leave()]);
      await leader.change(beyondTheRing, 'epoch');
      await Promise.all([pair.ours.startAgain(), pair.pd.follow()]);
      await leader.followedBy(theirs);
      await duringTraffic(leader, () => bothFollow(leader, pair));
      await compare(context, leader, pair);
    },
  },
  {
    name: "our follower on PD's own leader, the seed's defect: 1,000 regions are gone at the leader",
    needs: ['pd-leader', 'pd-follower'],
    async run(context) {
      const { path: folder } = context.own(await tempDir('pd-follower'));
      const leader = await startPdLeader(context);
      const ours = await startRegionFollower(context, leader.address);
      const before = await startPdFollower(context, { leader: leader.address, folder });
      await duringTraffic(leader, () => bothFollow(leader, { ours, pd: before }));
      await Promise.all([ours.end('SIGTERM'), before.quit()]);
      await leader.remove(1_000);
      // Both take all regions anew.
      const pd = await startPdFollower(context, { leader: leader.address, folder, index: 0 });
      await ours.startAgain();
      await duringTraffic(leader, () => bothFollow(leader, { ours, pd }));
      await compare(context, leader, { ours, pd });
    },
  },
  {
    name: "our follower on PD's own leader, the seed's defect: 500 changes during the join",
    needs: ['pd-leader', 'pd-follower'],
    async run(context) {
      const leader = await startPdLeader(context, { layout: { count: 20_000 } });
      const [forOurs, forPd] = [await slowLine(context, leader), await slowLine(context, leader)];
      const ours = await startRegionFollower(context, forOurs.address);
      await duringTraffic(leader, () => aTenthIsThere(forOurs));
      const pd = await startPdFollower(context, { leader: forPd.address });
      await aTenthIsThere(forPd);
      await leader.change(500, 'epoch');
      assert.deepEqual((await leader.status()).followers, [], 'neither has joined yet');
      await Promise.all([forOurs.heal(), forPd.heal()]);
      await duringTraffic(leader, () => bothFollow(leader, { ours, pd }));
      await compare(context, leader, { ours, pd });
    },
  },
  {
    name: "our follower on PD's own leader, the seed's defect: it starts again with other regions at the same index",
    needs: ['pd-leader', 'pd-follower'],
    async run(context) {
      const leader = await startPdLeader(context);
      const pair = await startBoth(context, leader);
      const { index } = await leader.edit(500, 'epoch');
      assert.equal((await leader.restart()).index, index);
      await duringTraffic(leader, () => bothFollow(leader, pair));
      await compare(context, leader, pair);
    },
  },
];

// Nearly all their time goes by until PD says how far it is.
export const cases: readonly InteropCase[] = rows.map((row) => ({ ...row, atOnce: 'followers of PD' }));
