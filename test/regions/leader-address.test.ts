// A follower that is told where to look finds the leader, though nobody or another follower is there.

import { TcpProxy } from '@syncline/testkit/tcp-proxy.ts';
import { expect, test } from 'vitest';
import { MemberUnderTest } from './member-under-test.ts';
import { expectSame } from './same.ts';
import { Stores } from './stores.ts';

test('a follower that looks for its leader at another follower is shown the way, and finds it again', async () => {
  await using leader = await MemberUnderTest.leader();
  await using line = await TcpProxy.open(leader.service.port);
  await using first = await MemberUnderTest.follower(line.address);
  using stores = await Stores.fill(leader, { count: 100 });
  await expectSame(leader, [first]);
  await using second = await MemberUnderTest.follower(`127.0.0.1:1,${first.address}`);
  await expectSame(leader, [first, second]);
  expect((await second.status()).link?.leaderAddress).toBe(leader.address);
  // Where there was an answer it stays, whoever is named there.
  expect((await first.status()).link?.leaderAddress).toBe(line.address);
  line.cut();
  stores.tellAll(1);
  await stores.settled();
  await expectSame(leader, [first, second]);
  expect((await first.status()).link?.leaderAddress).toBe(line.address);

  await leader.restart();
  await expectSame(leader, [first, second]);
  expect((await second.status()).link?.leaderAddress).toBe(leader.address);
});
