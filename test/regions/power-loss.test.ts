// F4: a leader whose machine lost power has lost the end of its write-ahead log, which its followers may have.

import { stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MemberUnderTest } from './member-under-test.ts';
import { expectSame } from './same.ts';
import { idOf, Stores, span } from './stores.ts';

const layout = { count: 300 };

/** Cuts the write-ahead log of a process that is gone to a part of its bytes. */
async function lose(leader: MemberUnderTest, keep: number): Promise<void> {
  const wal = join(leader.service.dataDir, 'region-syncer', 'regions.db-wal');
  await truncate(wal, Math.floor((await stat(wal)).size * keep));
}

test('F4: what the leader lost is taken from its followers too, by a snapshot, and never merged', async () => {
  await using leader = await MemberUnderTest.leader({ autocheckpoint: '100000' });
  await using follower = await MemberUnderTest.follower(leader.address);
  {
    using _stores = await Stores.fill(leader, layout);
    await expectSame(leader, [follower]);
  }
  // What comes after the restart is at the end of the log.
  await leader.restart();
  {
    using stores = await Stores.join(leader, layout);
    for (let n = 0; n < 100; n++) {
      stores.tell([n], { round: 1 });
      await stores.settled();
    }
    stores.tell([200], { version: 9n, through: 250 });
    await stores.settled();
    await expectSame(leader, [follower]);
  }
  await leader.kill();
  await lose(leader, 0.7);
  await leader.restart();
  await expectSame(leader, [follower]);
  const regions = await leader.regions();
  expect(regions.length).toBe(layout.count);
  expect((await follower.region(idOf(201))).region?.id).toBe(idOf(201));
  expect((await follower.status()).joins?.snapshot).toBe(2n);
  using stores = await Stores.join(leader, layout);
  stores.tell(span(0, 300), { round: 2 });
  await stores.settled();
  await expectSame(leader, [follower]);
});

test('F4: a term that was given is given once, even when all that was written in it is lost', async () => {
  await using leader = await MemberUnderTest.leader({ autocheckpoint: '100000' });
  await using follower = await MemberUnderTest.follower(leader.address);
  {
    using _stores = await Stores.fill(leader, layout);
  }
  await leader.restart();
  {
    using stores = await Stores.join(leader, layout);
    stores.tell(span(0, 100), { round: 1 });
    await stores.settled();
    await expectSame(leader, [follower]);
  }
  const { term } = await leader.status();
  await leader.kill();
  await lose(leader, 0);
  // The follower is away while the leader makes as many records as it lost, and others.
  await follower.kill();
  await leader.restart();
  expect((await leader.ready()).term).toBeGreaterThan(term);
  using stores = await Stores.join(leader, layout);
  stores.tell(span(100, 250), { round: 2 });
  await stores.settled();
  await follower.restart({ keepalive: '1h' });
  await expectSame(leader, [follower]);
  expect((await follower.status()).joins).toMatchObject({ snapshot: 1n, replay: 0n });
});
