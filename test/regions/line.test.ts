// F9, F13: lines that fail without a word, break, are slow, or change what passes.

import type { RegionStatus } from '@syncline/proto/region.ts';
import { TcpProxy } from '@syncline/testkit/tcp-proxy.ts';
import { until } from '@syncline/testkit/wait.ts';
import { expect, test } from 'vitest';
import { MemberUnderTest } from './member-under-test.ts';
import { expectSame } from './same.ts';
import { Stores } from './stores.ts';

const layout = { count: 600 };

/** An answer to an HTTP/2 ping, in bytes: a head, and what the ping had. */
const answerBytes = 9 + 8;

/** A leader with regions, and a follower that has them over a line. */
async function pair(stack: AsyncDisposableStack) {
  const leader = stack.use(await MemberUnderTest.leader({ logFrame: '16KiB' }));
  const line = stack.use(await TcpProxy.open(leader.service.port));
  const follower = stack.use(await MemberUnderTest.follower(line.address, { receiveWindow: '64KiB' }));
  const stores = stack.use(await Stores.fill(leader, layout));
  await expectSame(leader, [follower]);
  return { leader, line, follower, stores };
}

test('F9: over a line that is dead on both sides a follower says so, its leader lets it go, and they meet again', async () => {
  await using stack = new AsyncDisposableStack();
  const { leader, line, follower, stores } = await pair(stack);
  line.halfOpen();
  const { notReadyReason } = await follower.becomes('not being ready', ({ ready }) => !ready, 3_000);
  expect(notReadyReason).not.toBe('');
  for (let round = 1; round <= 3; round++) stores.tellAll(round);
  await stores.settled();
  await leader.becomes('letting it go', ({ streams }) => streams.length === 0, 5_000);
  await line.heal();
  await expectSame(leader, [follower]);
  expect((await follower.status()).joins?.snapshot).toBe(1n);
});

test('F9: a follower that is owed nothing is let go when its line is dead, because it does not answer pings', async () => {
  await using stack = new AsyncDisposableStack();
  const leader = stack.use(await MemberUnderTest.leader({ ping: '300ms', pingTimeout: '2s', stall: '1h' }));
  const line = stack.use(await TcpProxy.open(leader.service.port));
  // It notices nothing by itself, so it is not who ends the connection.
  const follower = stack.use(
    await MemberUnderTest.follower(line.address, { silence: '1h', leaderKeepalive: '1h' }),
  );
  using _stores = await Stores.fill(leader, layout);
  await expectSame(leader, [follower]);
  const { streams } = await leader.status();
  const answered = line.bytes('up') + 5 * answerBytes;
  await until(() => line.bytes('up'), {
    deadlineMs: 10_000,
    describe: 'five answers to pings',
    accept: (bytes) => bytes >= answered,
  });
  expect((await leader.status()).streams).toMatchObject(streams.map(({ sinceUnixMs }) => ({ sinceUnixMs })));
  line.halfOpen();
  await leader.becomes('letting it go', (status) => status.streams.length === 0, 5_000);
  await line.heal();
  await expectSame(leader, [follower]);
  expect((await follower.status()).joins).toMatchObject({ snapshot: 1n, inSync: 1n });
});

test('F9: a line that breaks ten times in a burst costs time, and neither a record nor a snapshot', async () => {
  await using stack = new AsyncDisposableStack();
  const { leader, line, follower, stores } = await pair(stack);
  for (let round = 1; round <= 10; round++) {
    stores.tellAll(round);
    const { nextIndex } = await follower.status();
    await follower.becomes('going on', (status) => status.nextIndex > nextIndex, 5_000);
    line.cut();
  }
  await stores.settled();
  await expectSame(leader, [follower]);
  expect((await follower.status()).joins?.snapshot).toBe(1n);
});

test('F9: over a line of 100 ms a follower joins, goes on, and is as complete', async () => {
  await using stack = new AsyncDisposableStack();
  const { leader, line, follower, stores } = await pair(stack);
  line.delay(50);
  await follower.restart({ receiveWindow: '64KiB' });
  for (let round = 1; round <= 3; round++) stores.tellAll(round);
  await stores.settled();
  await expectSame(leader, [follower]);
  await follower.reset();
  await follower.becomes('the snapshot', ({ joins, ready }) => joins?.snapshot === 1n && ready);
  await expectSame(leader, [follower]);
});

/** How many streams a follower has had that began. */
function joinsOf({ joins }: RegionStatus): bigint {
  const { inSync = 0n, replay = 0n, delta = 0n, snapshot = 0n } = joins ?? {};
  return inSync + replay + delta + snapshot;
}

test('F13: a bit that is flipped on the way is found, and what it changed is taken anew', async () => {
  await using stack = new AsyncDisposableStack();
  const { leader, line, follower, stores } = await pair(stack);
  // Each of them is in the keys of a region, in the middle of a frame.
  for (const [round, at] of [300, 1_100, 5_000, 9_999].entries()) {
    const before = joinsOf(await follower.status());
    line.corrupt(at);
    stores.tellAll(round + 1);
    await stores.settled();
    await follower.becomes('having found the damage', (status) => joinsOf(status) > before);
    const wanted = await leader.digest();
    await until(() => follower.digest(), {
      deadlineMs: 10_000,
      describe: 'the leader’s regions being there again',
      accept: (digest) => digest.index === wanted.index && digest.total === wanted.total,
    });
    await expectSame(leader, [follower]);
  }
});
