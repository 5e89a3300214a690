import { FrameKind } from '@syncline/proto/region-frame.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { until } from '@syncline/testkit/wait.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { firstOfTerm } from '../log/index.ts';
import { endsOf, FollowerUnderTest, live, reset } from './follower.fixture.ts';
import { leftBehind } from './world/follower-world.ts';
import { base, merged, own, ownSnapshot, region, regions, shownAs, shownRegions } from './world/regions.ts';

let follower: FollowerUnderTest;

beforeEach(async () => {
  follower = await FollowerUnderTest.of('ours');
});

afterEach(() => follower[Symbol.asyncDispose]());

describe('a follower of our leader', () => {
  test('empties with an empty snapshot', async () => {
    const call = await live(follower);
    await reset(follower, 'test');
    const again = await follower.leader.next();
    expect([again.request.startIndex, call.signal.aborted]).toEqual([0, true]);
    again.send(...ownSnapshot(base + 20, []));
    await follower.reaches('live');
    expect(follower.replica.regions.size).toBe(0);
    expect(follower.member.freshness).toMatchObject({ ready: true, complete: true });
  });

  test('takes another snapshot on the same stream, and of the one before nothing stays', async () => {
    const call = await follower.joins();
    const [first] = ownSnapshot(base + 10, regions(1, 9), 4);
    call.send(first as Buffer, ...ownSnapshot(base + 20, regions(3, 7, 4), 4));
    await follower.reaches('live');
    expect(shownRegions(follower.replica.regions)).toEqual(shownAs(regions(3, 7, 4)));
    expect(follower.tally.ledger).toMatchObject({ received: 9, applied: 5, superseded: 4 });
  });

  test('a snapshot whose regions overlap is refused as a whole', async () => {
    await live(follower);
    await reset(follower, 'test');
    const again = await follower.leader.next();
    again.send(
      ...ownSnapshot(
        base + 50,
        [...regions(1, 5), merged(2, 3)].map((each, at) =>
          at === 5 ? { ...each, region: { ...each.region, id: 99n } } : each,
        ),
      ),
    );
    await follower.leader.next();
    expect(endsOf(follower)).toEqual(['reset', 'bad_frame']);
    expect(shownRegions(follower.replica.regions)).toEqual(shownAs(regions(1, 9)));
  });

  test('killed in the middle of a snapshot it has what it had, and after it the snapshot', async () => {
    const call = await live(follower);
    await using before = await tempDir('follower-before');
    await using after = await tempDir('follower-after');
    await reset(follower, 'test');
    const again = await follower.leader.next();
    const [first, second, ...rest] = ownSnapshot(base + 50, regions(1, 40, 6), 10);
    again.send(first as Buffer, second as Buffer);
    await until(() => follower.tally.ledger.pending === 20, {
      deadlineMs: 5_000,
      describe: 'two pieces',
    });
    await leftBehind(follower.directory, before.path);
    again.send(...rest);
    await follower.reaches('live');
    await leftBehind(follower.directory, after.path);
    expect(call.signal.aborted).toBe(true);
    await follower.start({ directory: before.path });
    expect(shownRegions(follower.replica.regions)).toEqual(shownAs(regions(1, 9)));
    expect((await follower.leader.next()).request.startIndex).toBe(0);
    await follower.start({ directory: after.path });
    expect(shownRegions(follower.replica.regions)).toEqual(shownAs(regions(1, 40, 6)));
    expect((await follower.leader.next()).request.startIndex).toBe(base + 50);
  });

  test('a reset is not undone by a restart, and serves what there is until it is over', async () => {
    await live(follower);
    expect(await reset(follower, 'reads are stale')).toBe(base + 10);
    expect((await follower.leader.next()).request.startIndex).toBe(0);
    const again = await follower.joins();
    expect(again.request.startIndex).toBe(0);
    expect(follower.replica.regions.size).toBe(9);
    again.send(...ownSnapshot(base + 12, regions(1, 3)));
    await follower.reaches('live');
    const last = await follower.joins();
    expect(last.request.startIndex).toBe(base + 12);
  });

  test('a reset takes the snapshot of a leader in a lower term, before a restart and after one', async () => {
    await live(follower);
    await reset(follower, 'the leader has begun anew');
    expect((await follower.leader.next()).request).toMatchObject({ startIndex: 0, term: 0 });
    const again = await follower.joins();
    expect(again.request).toMatchObject({ startIndex: 0, term: 0 });
    const stands = firstOfTerm(1) + 3;
    again.send(
      own(FrameKind.SNAPSHOT, { startIndex: 0, previous: stands, total: 2, term: 1 }, ...regions(1, 2, 7)),
      own(FrameKind.SNAPSHOT_END, { startIndex: stands, term: 1 }),
      own(FrameKind.LIVE, { startIndex: stands, term: 1 }, region(1, 8)),
    );
    await follower.hasDurable(stands + 1);
    expect((await follower.joins()).request).toMatchObject({ startIndex: stands + 1, term: 1 });
    expect(shownRegions(follower.replica.regions)).toEqual(['1@8', '2@7']);
  });
});
