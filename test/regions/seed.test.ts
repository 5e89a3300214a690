// The cases that the issue names, each at the level of processes: followers that went stale, or never came back.

import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Phase } from '@syncline/proto/region.ts';
import { FrameKind } from '@syncline/proto/region-frame.ts';
import { TcpProxy } from '@syncline/testkit/tcp-proxy.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { until } from '@syncline/testkit/wait.ts';
import { expect, test } from 'vitest';
import {
  base,
  ofPd,
  own,
  ownSnapshot,
  region,
  regions,
} from '../../services/region-syncer/src/follower/world/regions.ts';
import { FollowedScript } from './followed-script.ts';
import { MemberUnderTest } from './member-under-test.ts';
import { expectBalanced, expectSame } from './same.ts';
import { idOf, Stores, span } from './stores.ts';

const layout = { count: 500 };
const shortLog = {
  checkpointRecords: '250',
  retentionRecords: '1000',
  segment: '1000',
  tailRecords: '1000',
  tombstones: '1',
};

test('a gap in the middle of the history is not adopted: what is missing is asked for', async () => {
  await using script = await FollowedScript.start('ours');
  const call = await script.next();
  call.send(...ownSnapshot(base + 10, regions(1, 9)));
  await script.holds(base + 10, 9);
  call.send(own(FrameKind.LIVE, { startIndex: base + 12 }, region(3, 5)));
  const again = await script.next();
  expect(again.request.startIndex).toBe(base + 10);
  again.send(own(FrameKind.REPLAY, { startIndex: base + 10 }, region(1, 5), region(2, 5), region(3, 5)));
  await script.holds(base + 13, 9);
  expectBalanced(await script.follower.status());
});

test('a gap in the history of a PD is not adopted: all regions are taken anew', async () => {
  await using script = await FollowedScript.start('foreign');
  // So few regions may as well be the first records of an older PD: it is asked once more.
  (await script.next()).send(ofPd(0, [region(1)]));
  const call = await script.next();
  call.send(ofPd(0, regions(1, 9)), ofPd(300, []));
  await script.holds(300, 9);
  call.send(ofPd(350, [region(3, 5)]));
  const again = await script.next();
  expect(again.request.startIndex).toBe(0);
  again.send(ofPd(0, regions(1, 4)), ofPd(350, [region(3, 5)]), ofPd(351, []));
  await script.holds(351, 4);
  expectBalanced(await script.follower.status());
});

test('an index that is older than the log: the follower gets all regions, and those that went are gone', async () => {
  await using leader = await MemberUnderTest.leader(shortLog);
  await using follower = await MemberUnderTest.follower(leader.address);
  using stores = await Stores.fill(leader, layout);
  await expectSame(leader, [follower]);
  const { nextIndex } = await follower.status();
  await follower.kill();
  stores.tell([100], { version: 9n, through: 199 });
  for (let round = 1; round <= 6; round++) {
    stores.tell([...span(0, 100), ...span(200, 500)], { round });
    await stores.settled();
  }
  await leader.becomes('the log having lost its index', ({ firstIndex }) => firstIndex > nextIndex);
  await follower.restart();
  await expectSame(leader, [follower]);
  expect((await follower.regions()).length).toBe(401);
  expect((await follower.region(idOf(150))).region).toBe(undefined);
  expect((await follower.status()).joins).toMatchObject({ snapshot: 1n, replay: 0n });
});

test('an index that is ahead: the leader came back from a backup, and what it never had is gone', async () => {
  await using leader = await MemberUnderTest.leader();
  await using follower = await MemberUnderTest.follower(leader.address);
  await using backup = await tempDir('backup');
  const data = join(leader.service.dataDir, 'region-syncer');
  {
    using _stores = await Stores.fill(leader, layout);
    await expectSame(leader, [follower]);
    await leader.kill();
    await cp(data, backup.path, { recursive: true });
  }
  await leader.restart();
  {
    using stores = await Stores.join(leader, layout);
    stores.tell([10], { version: 9n, through: 59 });
    stores.tell(span(100, 400), { round: 1 });
    await stores.settled();
    await expectSame(leader, [follower]);
    expect((await follower.regions()).length).toBe(451);
  }
  await leader.kill();
  await rm(data, { recursive: true });
  await cp(backup.path, data, { recursive: true });
  await leader.restart();
  await expectSame(leader, [follower]);
  expect((await follower.regions()).length).toBe(500);
  expect((await follower.status()).joins?.snapshot).toBe(2n);
});

test('zero: a follower with nothing gets everything, and so does one whose leader has nothing', async () => {
  await using leader = await MemberUnderTest.leader();
  await using follower = await MemberUnderTest.follower(leader.address);
  await expectSame(leader, [follower]);
  expect((await follower.status()).regions).toBe(0n);
  using _stores = await Stores.fill(leader, layout);
  await expectSame(leader, [follower]);
  expect((await follower.status()).joins?.snapshot).toBe(1n);
});

test('the log overflows during the catch-up: the follower is brought up to date all the same', async () => {
  await using leader = await MemberUnderTest.leader({
    ...shortLog,
    retentionBytes: '64KiB',
    pinnedBytes: '64KiB',
    snapshotFrame: '16KiB',
    logFrame: '16KiB',
  });
  await using line = await TcpProxy.open(leader.service.port);
  await using follower = await MemberUnderTest.follower(line.address, {
    receiveWindow: '64KiB',
    silence: '10s',
  });
  const many = { count: 1_500 };
  using stores = await Stores.fill(leader, many);
  await expectSame(leader, [follower]);
  line.throttle(300_000);
  await follower.reset();
  await follower.reaches(Phase.SNAPSHOT);
  for (let round = 1; round <= 8; round++) {
    stores.tellAll(round);
    await stores.settled();
  }
  await line.heal();
  await expectSame(leader, [follower]);
  // The records after the snapshot were gone, and it was told what they had changed.
  expect((await leader.status()).joins?.delta).toBeGreaterThan(0n);
});

test('a restart in the middle of a reset does not bring the old index back, and serves what there was', async () => {
  await using leader = await MemberUnderTest.leader({ snapshotFrame: '16KiB' });
  await using line = await TcpProxy.open(leader.service.port);
  await using follower = await MemberUnderTest.follower(line.address, {
    receiveWindow: '64KiB',
    silence: '10s',
  });
  using _stores = await Stores.fill(leader, { count: 1_500 });
  await expectSame(leader, [follower]);
  line.throttle(200_000);
  await follower.reset();
  await follower.reaches(Phase.SNAPSHOT);
  await follower.kill();
  await follower.restart();
  await follower.reaches(Phase.SNAPSHOT);
  expect((await follower.status()).ready).toBe(false);
  expect((await follower.staleRegions()).length).toBe(1_500);
  await line.heal();
  await expectSame(leader, [follower]);
  expect((await follower.status()).joins).toMatchObject({ snapshot: 1n, inSync: 0n, replay: 0n });
});

test('a leader that began anew under the same ids is found out by its digest, and all regions are taken anew', async () => {
  const ids = { clusterId: '18446744073709551615', memberId: '9223372036854775809' };
  await using leader = await MemberUnderTest.leader(ids);
  await using follower = await MemberUnderTest.follower(leader.address);
  {
    using _stores = await Stores.fill(leader, layout);
    await expectSame(leader, [follower]);
  }
  await follower.kill();
  await leader.kill();
  await rm(join(leader.service.dataDir, 'region-syncer'), { recursive: true });
  await leader.restart();
  {
    using stores = await Stores.join(leader, layout);
    // Not what the follower has of the first term; and what comes after that is about ten regions alone.
    stores.tellAll(1);
    for (let round = 2; round <= 5; round++) stores.tell(span(0, 10), { round });
    await stores.settled();
  }
  await follower.restart();
  const wanted = await leader.digest();
  await until(() => follower.digest(), {
    deadlineMs: 10_000,
    describe: 'the new regions',
    accept: ({ total }) => total === wanted.total,
  });
  await expectSame(leader, [follower]);
  expect((await follower.status()).digestMismatches).toBe(1n);
});
