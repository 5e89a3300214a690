import { FrameKind } from '@syncline/proto/region-frame.ts';
import { until } from '@syncline/testkit/wait.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { firstOfTerm } from '../log/index.ts';
import { expectSettled, FollowerUnderTest, live } from './follower.fixture.ts';
import {
  base,
  merged,
  own,
  ownSnapshot,
  region,
  regions,
  shownAs,
  shownRegions,
  term,
} from './world/regions.ts';

let follower: FollowerUnderTest;

beforeEach(async () => {
  follower = await FollowerUnderTest.of('ours');
});

afterEach(() => follower[Symbol.asyncDispose]());

describe('a follower of our leader', () => {
  test('says who it is and asks for all regions when it has none; they are there at once when all came', async () => {
    const call = await follower.joins();
    expect(call.request).toMatchObject({ startIndex: 0, ours: true, takesDeltas: true, term: 0 });
    expect(call.request.member).toMatchObject({ name: 'follower', clientUrls: ['http://127.0.0.1:2'] });
    const [first, second, last] = ownSnapshot(base + 10, regions(1, 9), 4);
    call.send(first as Buffer, second as Buffer, last as Buffer);
    await until(() => follower.tally.ledger.received === 9, {
      deadlineMs: 5_000,
      describe: 'all pieces',
    });
    expect(follower.member.freshness).toMatchObject({ ready: false, complete: false });
    expect(follower.replica.regions.size).toBe(0);
    expect(follower.tally.ledger).toMatchObject({ received: 9, pending: 9, applied: 0 });
    call.send(
      own(FrameKind.REPLAY, { startIndex: base + 10 }, region(3, 3)),
      own(FrameKind.SNAPSHOT_END, { startIndex: base + 11 }),
    );
    await follower.reaches('live');
    expect(shownRegions(follower.replica.regions)).toEqual(
      shownAs([...regions(1, 2), region(3, 3), ...regions(4, 9)]),
    );
    expect(follower.member.freshness).toMatchObject({
      ready: true,
      reason: '',
      complete: true,
      lagRecords: 0,
      lagMs: 0,
    });
    expect(follower.member.freshness.heardMs).toBeLessThan(5_000);
    expect(follower.member.status()).toMatchObject({
      phase: 'live',
      next: base + 11,
      durable: base + 11,
      term,
      regions: 9,
      lastJoinReason: 'start',
      link: { ours: true, lagRecords: 0 },
    });
    expect(follower.member.counts()).toMatchObject({
      joins: [{ tier: 'snapshot', reason: 'start', count: 1 }],
      snapshots: { count: 1 },
    });
    expect(follower.member.roster.leader).toMatchObject({ name: 'leader', memberId: 7n });
    expectSettled(follower);
  });

  test('takes live records in order, merges too, and is where the leader is', async () => {
    const call = await live(follower);
    call.send(
      own(FrameKind.LIVE, { startIndex: base + 10 }, region(5, 3), region(6, 3)),
      own(FrameKind.LIVE, { startIndex: base + 12 }, merged(1, 3)),
    );
    await follower.hasDurable(base + 13);
    expect(shownRegions(follower.replica.regions)).toEqual(['1@9', '4@2', '5@3', '6@3', '7@2', '8@2', '9@2']);
    expectSettled(follower);
  });

  test('goes on after a restart from what is on disk', async () => {
    const call = await live(follower);
    call.send(own(FrameKind.LIVE, { startIndex: base + 10 }, region(5, 3)));
    await follower.hasDurable(base + 11);
    const again = await follower.joins();
    expect(again.request).toMatchObject({ startIndex: base + 11, term });
    expect(shownRegions(follower.replica.regions)).toContain('5@3');
    expect(follower.member.freshness).toMatchObject({ ready: false, complete: true, lagRecords: undefined });
    again.send(
      own(FrameKind.REPLAY, { startIndex: base + 11, leaderNext: base + 13 }, region(6, 3)),
      own(FrameKind.REPLAY, { startIndex: base + 12, leaderNext: base + 13 }, region(7, 3)),
    );
    await follower.reaches('live');
    expect(shownRegions(follower.replica.regions)).toEqual(
      shownAs([...regions(1, 4), ...regions(5, 7, 3), ...regions(8, 9)]),
    );
    expect(follower.member.counts().joins).toEqual([{ tier: 'replay', reason: 'start', count: 1 }]);
  });

  test('is not ready before it is where the leader was, and tells how far that is', async () => {
    await live(follower);
    const call = await follower.joins();
    call.send(own(FrameKind.REPLAY, { startIndex: base + 10, leaderNext: base + 30 }, region(5, 3)));
    await follower.reaches('replaying');
    await until(() => follower.replica.next === base + 11, { deadlineMs: 5_000, describe: 'applied' });
    expect(follower.member.freshness).toMatchObject({ ready: false, reason: 'replaying', lagRecords: 19 });
    expect(follower.member.freshness.lagMs).toBeGreaterThan(0);
    expect(follower.member.lag()).toMatchObject({
      leaderNext: base + 30,
      followers: [{ name: 'follower', next: base + 11, records: 19 }],
    });
  });

  test('takes a term that begins, with records or without', async () => {
    const call = await live(follower);
    const next = firstOfTerm(term + 1);
    call.send(
      own(FrameKind.KEEPALIVE, { startIndex: next, previous: base + 10, leaderNext: next, term: term + 1 }),
      own(FrameKind.LIVE, { startIndex: next, term: term + 1 }, region(2, 3)),
    );
    await follower.hasDurable(next + 1);
    const again = await follower.joins();
    expect(again.request).toMatchObject({ startIndex: next + 1, term: term + 1 });
  });

  test('takes what changed instead of the records, and survives a restart with it', async () => {
    await live(follower);
    const call = await follower.joins();
    const head = { previous: base + 10, leaderNext: base + 90 };
    call.send(
      own(FrameKind.DELTA, { ...head, startIndex: 0, total: 2, removed: BigUint64Array.of(8n, 9n) }),
      own(FrameKind.DELTA, { ...head, startIndex: 0 }, merged(6, 9), region(2, 5)),
      own(FrameKind.DELTA_END, { ...head, startIndex: base + 90 }),
    );
    await follower.reaches('live');
    const shown = ['1@2', '2@5', '3@2', '4@2', '5@2', '6@9'];
    expect(shownRegions(follower.replica.regions)).toEqual(shown);
    call.send(own(FrameKind.LIVE, { startIndex: base + 90 }, region(1, 5)));
    await follower.hasDurable(base + 91);
    const again = await follower.joins();
    expect(again.request.startIndex).toBe(base + 91);
    expect(shownRegions(follower.replica.regions)).toEqual(['1@5', ...shown.slice(1)]);
  });
});
