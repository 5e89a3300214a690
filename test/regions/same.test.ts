// F13: what no digest covers, and no follower shows: traffic and buckets. A copy of them is read by letting it lead.

import { PDDefinition } from '@syncline/proto/pdpb.ts';
import { expect, test } from 'vitest';
import { each } from '../../services/region-syncer/src/service/world/each.ts';
import { MemberUnderTest } from './member-under-test.ts';
import { expectSame } from './same.ts';
import { idOf, Stores, span } from './stores.ts';
import { SyncReader } from './sync-reader.ts';

const layout = { count: 300 };

/** The key in the middle of region n's buckets. */
const middle = (n: number) => Buffer.from(`k${String(n).padStart(8, '0')}.5`);

/** Has a leader told of buckets and traffic that no two regions share. */
async function tell(leader: MemberUnderTest, stores: Stores, regions: readonly number[]): Promise<void> {
  const { clusterId } = await leader.status();
  const reports = regions.map((n) => ({
    header: { clusterId },
    buckets: { regionId: idOf(n), version: BigInt(n + 1), keys: [middle(n)], periodInMs: 60_000n },
  }));
  await leader.connection.client(PDDefinition).reportBuckets(each(reports));
  for (const n of regions) stores.tell([n], { round: n + 1 });
  await stores.settled();
}

/** All that a leader carries of each region, in the order of their keys. */
async function carriedBy(leader: MemberUnderTest) {
  await leader.ready();
  using reader = await SyncReader.ask(leader);
  await reader.completed();
  return reader.frames
    .flatMap(({ regions, regionStats, regionLeaders, buckets }) =>
      regions.map((region, at) => ({
        region,
        stat: regionStats[at],
        leader: regionLeaders[at],
        buckets: buckets[at],
      })),
    )
    .toSorted((one, other) => Buffer.compare(one.region.startKey, other.region.startKey));
}

test('F13: peers, traffic and buckets are in a copy as its leader has them, from a snapshot, live and from a replay', async () => {
  await using leader = await MemberUnderTest.leader();
  using stores = await Stores.fill(leader, layout);
  await tell(leader, stores, span(0, 100));
  await using follower = await MemberUnderTest.follower(leader.address);
  await expectSame(leader, [follower]);
  await tell(leader, stores, span(100, 200));
  await expectSame(leader, [follower]);
  expect((await follower.status()).joins).toMatchObject({ snapshot: 1n, replay: 0n });
  await follower.kill();
  await tell(leader, stores, span(200, 300));
  await follower.restart();
  await expectSame(leader, [follower]);
  expect((await follower.status()).joins).toMatchObject({ snapshot: 0n, replay: 1n });

  const wanted = await carriedBy(leader);
  expect(wanted.map(({ stat, buckets }) => [stat?.bytesWritten, buckets?.version, buckets?.keys])).toEqual(
    span(0, layout.count).map((n) => [BigInt(n + 1) * 10_000n, BigInt(n + 1), [middle(n)]]),
  );
  await follower.kill();
  await using copy = await MemberUnderTest.leader({}, follower.service.dataDir);
  expect(await carriedBy(copy)).toEqual(wanted);
});
