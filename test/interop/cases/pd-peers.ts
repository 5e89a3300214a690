// PD's own follower on PD's own leader: that they work, and the defects that ours must not have. When these fail, what
// the other cases say about PD means nothing.

import assert from 'node:assert/strict';
import { PDDefinition } from '@syncline/proto/pdpb.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import type { InteropCase } from '../case.ts';
import { PdError } from '../pd/console.ts';
import { startPdFollower } from '../pd/follower.ts';
import { startPdLeader } from '../pd/leader.ts';
import { startPdServer } from '../pd/server.ts';
import { digestOf } from '../region-digest.ts';
import { regionAt, regionsOf } from '../region-layout.ts';

/** More records than PD's ring of 10,000 holds. */
const BEYOND_THE_RING = 12_000;

export const cases: readonly InteropCase[] = [
  {
    name: "PD's own follower: a full sync gives it the regions of the layout, and live records follow",
    needs: ['pd-leader', 'pd-follower'],
    async run(context) {
      const leader = await startPdLeader(context);
      const follower = await startPdFollower(context, { leader: leader.address });
      await follower.shows(digestOf(regionsOf(leader.layout)));

      for (const kind of ['leader', 'epoch', 'split', 'merge'] as const) await leader.change(500, kind);
      const { digest, regions, index } = await leader.digest();
      // It counts a record after it has put its region.
      await follower.becomes('having counted all records', (held) => held.index === index);
      const held = await follower.shows(digest);
      assert.deepEqual(held, { running: true, regions, index, digest });
    },
  },
  {
    name: "PD's own follower: replays what it missed",
    needs: ['pd-leader', 'pd-follower'],
    async run(context) {
      const leader = await startPdLeader(context);
      const follower = await startPdFollower(context, { leader: leader.address });
      await follower.shows((await leader.digest()).digest);
      await follower.leave();
      for (const kind of ['leader', 'split', 'merge'] as const) await leader.change(500, kind);
      await follower.follow();
      await follower.shows((await leader.digest()).digest);
    },
  },
  {
    name: "PD's own follower: as a new process on its old folder it goes on, and knows no leader until told",
    needs: ['pd-leader', 'pd-follower'],
    async run(context) {
      const { path: folder } = context.own(await tempDir('pd-follower'));
      const leader = await startPdLeader(context);
      const follower = await startPdFollower(context, { leader: leader.address, folder });
      await follower.shows((await leader.digest()).digest);
      await follower.quit();

      const { index, regions } = await leader.change(500, 'split');
      const again = await startPdFollower(context, { leader: leader.address, folder });
      await again.becomes(
        'the replay being over',
        (held) => held.index === index && held.regions === regions,
      );
      const last = leader.layout.firstId + 4n * BigInt(leader.layout.count - 1);
      assert.equal((await again.region(last)).leader, '0');
      await leader.change(regions, 'leader');
      await again.shows((await leader.digest()).digest);
    },
  },
  {
    name: "PD's own follower, the seed's defect: behind the ring it stays wrong and says that it is running",
    needs: ['pd-leader', 'pd-follower'],
    async run(context) {
      const leader = await startPdLeader(context);
      const follower = await startPdFollower(context, { leader: leader.address });
      await follower.shows((await leader.digest()).digest);
      await follower.leave();
      await leader.change(BEYOND_THE_RING, 'epoch');
      await follower.follow();
      await leader.followedBy('pd-follower');

      // PD tells a follower in a gap nothing, until a record happens to come.
      await leader.change(1, 'epoch');
      const { index, digest } = await leader.digest();
      const status = await follower.becomes('the follower at the end', (held) => held.index === index);
      assert.equal(status.running, true);
      assert.notEqual((await follower.digest()).digest, digest);
    },
  },
  {
    name: "PD's own follower, the seed's defect: regions that are gone at the leader survive a full sync",
    needs: ['pd-leader', 'pd-follower'],
    async run(context) {
      const { path: folder } = context.own(await tempDir('pd-follower'));
      const leader = await startPdLeader(context);
      const { count } = leader.layout;
      const follower = await startPdFollower(context, { leader: leader.address, folder });
      await follower.becomes('all regions being there', ({ regions }) => regions === count);
      await follower.quit();
      assert.equal((await leader.remove(1_000)).regions, count - 1_000);

      const again = await startPdFollower(context, { leader: leader.address, folder, index: 0 });
      const status = await again.becomes('the full sync being over', ({ index }) => index === count - 1_000);
      assert.deepEqual([status.running, status.regions], [true, count]);
    },
  },
  {
    name: "PD's own follower, the seed's defect: one that stalls brings the leader and all others to a stand",
    needs: ['pd-leader', 'pd-follower'],
    async run(context) {
      const leader = await startPdLeader(context);
      const start = (name: string) => startPdFollower(context, { leader: leader.address, name });
      const [stalled, other] = await Promise.all([start('stalled'), start('other')]);
      await Promise.all([stalled, other].map(async (of) => of.shows((await leader.digest()).digest)));

      stalled.kill('SIGSTOP');
      await assert.rejects(leader.change(50_000, 'epoch'), PdError);
      const status = await other.status();
      assert.equal(status.running, true);
      assert.notEqual((await other.digest()).digest, (await leader.digest()).digest);
    },
  },
  {
    name: 'pd-server: bootstraps by our stubs and shows what it was given',
    needs: ['pd-server'],
    async run(context) {
      const { connection, clusterId } = await startPdServer(context);
      const pd = connection.client(PDDefinition);
      const header = { clusterId };
      const { region } = regionAt({ count: 1, seed: 1, firstId: 2n ** 60n, stores: 3 }, 0);
      assert(region?.peers[0] !== undefined);
      const first = { ...region, peers: [{ ...region.peers[0], storeId: 2n ** 53n + 1n }] };
      const store = { id: 2n ** 53n + 1n, address: 'store-1:20160', version: '8.0.0' };
      const answer = await pd.bootstrap({ header, store, region: first });
      assert.equal(answer.header?.error, undefined);

      const found = await pd.getRegionByID({ header, regionId: first.id });
      assert.deepEqual(found.region, first);
      const { stores } = await pd.getAllStores({ header });
      assert.deepEqual(
        stores.map(({ id, address }) => ({ id, address })),
        [{ id: store.id, address: store.address }],
      );
    },
  },
];
