// V6, V13: a leader that stops while followers hold it up, and what they are told.

import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { MemberUnderTest } from './member-under-test.ts';
import { expectSame } from './same.ts';
import { Stores } from './stores.ts';
import { SyncReader } from './sync-reader.ts';

test('V13: with sends blocked on three readers a leader stops within 3 s, and everybody is told UNAVAILABLE', async () => {
  await using leader = await MemberUnderTest.leader({ stall: '60s' });
  await using follower = await MemberUnderTest.follower(leader.address);
  {
    using stores = await Stores.join(leader, { count: 1_000, keyBytes: 500 });
    const stuck = await Promise.all(
      ['a', 'b', 'c'].map((name) => SyncReader.ask(leader, { name, startIndex: 0n })),
    );
    using healthy = await SyncReader.ask(leader, { name: 'healthy' });
    for (const reader of stuck) reader.pause();
    for (let round = 0; round < 4; round++) stores.tellAll(round);
    await stores.settled();
    await expectSame(leader, [follower]);
    const blocked = await leader.becomes(
      'three blocked streams',
      ({ streams }) => streams.filter(({ queuedBytes }) => queuedBytes > 0n).length === 3,
    );
    expect(blocked.streams.length).toBe(5);
    const begun = performance.now();
    expect(await leader.service.stop()).toEqual({ code: 0, signal: null });
    expect(performance.now() - begun).toBeLessThan(3_000);
    expect((await healthy.end()).code).toBe(Status.UNAVAILABLE);
    for (const reader of stuck) {
      reader.resume();
      expect((await reader.end()).code).not.toBe(Status.OK);
      reader[Symbol.dispose]();
    }
  }
  await follower.becomes('missing its leader', ({ ready, lastError }) => !ready && lastError?.message !== '');
  await leader.restart();
  await expectSame(leader, [follower]);
  expect((await follower.status()).joins?.snapshot).toBe(1n);
});
