// F1, F2, F3: a leader that is killed, wherever a record or a snapshot may be at that moment.

import { Phase } from '@syncline/proto/region.ts';
import { TcpProxy } from '@syncline/testkit/tcp-proxy.ts';
import { expect, test } from 'vitest';
import { MemberUnderTest } from './member-under-test.ts';
import { expectSame } from './same.ts';
import { idOf, Stores, span } from './stores.ts';

const layout = { count: 1_500 };

/** A leader with regions, and a follower that has them; a snapshot is many frames. */
async function pair(stack: AsyncDisposableStack) {
  const leader = stack.use(await MemberUnderTest.leader({ snapshotFrame: '16KiB', logFrame: '16KiB' }));
  const line = stack.use(await TcpProxy.open(leader.service.port));
  const follower = stack.use(
    await MemberUnderTest.follower(line.address, { silence: '10s', receiveWindow: '64KiB' }),
  );
  using _stores = await Stores.fill(leader, layout);
  await expectSame(leader, [follower]);
  return { leader, line, follower };
}

/** Starts the leader so that it dies with the first record that it takes, and sends that. */
async function dieOf(leader: MemberUnderTest, point: string): Promise<void> {
  await leader.restart({ failpoints: `${point}=kill@1` });
  using stores = await Stores.join(leader, layout);
  stores.tell([7], { round: 1 });
  expect((await leader.exited).signal).toBe('SIGKILL');
}

test('F1: killed before its commit, a record was seen by nobody, and its store tells it again', async () => {
  await using stack = new AsyncDisposableStack();
  const { leader, follower } = await pair(stack);
  const { ledger } = await follower.status();
  await dieOf(leader, 'log.append.before-commit');
  expect((await follower.status()).ledger).toEqual(ledger);
  expect((await follower.staleRegions()).find(({ region }) => region?.id === idOf(7))?.leader?.storeId).toBe(
    1n,
  );
  await leader.restart();
  await expectSame(leader, [follower]);
  using stores = await Stores.join(leader, layout);
  stores.tell([7], { round: 1 });
  await stores.settled();
  await expectSame(leader, [follower]);
  expect((await follower.region(idOf(7))).leader?.storeId).toBe(2n);
  expect((await follower.status()).joins?.snapshot).toBe(1n);
});

test('F2: killed after its commit and before anybody was told, a record is replayed after the restart', async () => {
  await using stack = new AsyncDisposableStack();
  const { leader, follower } = await pair(stack);
  await dieOf(leader, 'log.append.after-commit');
  expect((await follower.staleRegions()).find(({ region }) => region?.id === idOf(7))?.leader?.storeId).toBe(
    1n,
  );
  await leader.restart();
  await expectSame(leader, [follower]);
  expect((await follower.region(idOf(7))).leader?.storeId).toBe(2n);
  expect((await follower.status()).joins).toMatchObject({ snapshot: 1n, replay: 1n });
});

test('F1, F2: killed in the middle of a burst, it lost nothing that a follower has', async () => {
  await using stack = new AsyncDisposableStack();
  const { leader, follower } = await pair(stack);
  {
    using stores = await Stores.join(leader, layout);
    for (let round = 1; round <= 10; round++) stores.tellAll(round);
    await follower.becomes('some of the burst being there', ({ ledger }) => (ledger?.applied ?? 0n) > 3_000n);
    await leader.kill();
  }
  await leader.restart();
  await expectSame(leader, [follower]);
  // Whatever it had, the leader goes on from there: a snapshot would say that it had what the leader lost.
  expect((await follower.status()).joins?.snapshot).toBe(1n);
});

test.for(['term.start', 'generation.before-flip', 'trim'])(
  'F6: a leader that is killed at %s has everything when it comes back',
  async (point) => {
    await using stack = new AsyncDisposableStack();
    const small = { checkpointRecords: '300', retentionRecords: '1000', segment: '1000' };
    const leader = stack.use(await MemberUnderTest.leader(small));
    const follower = stack.use(await MemberUnderTest.follower(leader.address));
    {
      using stores = await Stores.join(leader, layout);
      stores.tell(span(0, 100));
      await stores.settled();
      await expectSame(leader, [follower]);
    }
    const doomed = leader.restart({ failpoints: `${point}=kill@1` });
    if (point === 'term.start') await doomed.catch(() => {});
    else {
      await doomed;
      using stores = await Stores.join(leader, layout);
      for (let round = 1; round <= 3; round++) stores.tellAll(round);
    }
    expect((await leader.exited).signal).toBe('SIGKILL');
    await leader.restart();
    using stores = await Stores.join(leader, layout);
    stores.tellAll(4);
    await stores.settled();
    await expectSame(leader, [follower]);
    expect((await follower.regions()).length).toBe(layout.count);
  },
);

test.for([
  { when: 'in the middle of a snapshot', phase: Phase.SNAPSHOT },
  { when: 'in the catch-up, before the completion', phase: Phase.CATCHING_UP },
])('F3: killed $when, the follower keeps its copy and joins again', async ({ phase }) => {
  await using stack = new AsyncDisposableStack();
  const { leader, line, follower } = await pair(stack);
  const held = await follower.digest();
  using stores = await Stores.join(leader, layout);
  // A snapshot of some 300 KB takes a second, and what changes meanwhile another.
  line.throttle(300_000);
  await follower.reset();
  await follower.reaches(Phase.SNAPSHOT);
  stores.tellAll(1);
  await stores.settled();
  await follower.reaches(phase);
  await leader.kill();
  await line.heal();
  await follower.reaches(Phase.BACKING_OFF);
  expect(await follower.digest()).toEqual(held);
  expect((await follower.staleRegions()).length).toBe(layout.count);
  await leader.restart();
  await expectSame(leader, [follower]);
  expect((await follower.status()).joins?.lastReason).toMatch(/^(connect_failed|stream_ended)/);
});
