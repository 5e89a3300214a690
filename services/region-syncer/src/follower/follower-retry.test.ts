import { FrameKind } from '@syncline/proto/region-frame.ts';
import { Status } from 'nice-grpc-common';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RegionTree } from '../regions/region-tree.ts';
import { endsOf, expectSettled, FollowerUnderTest, live } from './follower.fixture.ts';
import { base, digestOf, own, ownSnapshot, region, regions, shownAs, shownRegions } from './world/regions.ts';
import { type ScriptedCall } from './world/scripted-leader.ts';

let follower: FollowerUnderTest;

beforeEach(async () => {
  follower = await FollowerUnderTest.of('ours');
});

afterEach(() => follower[Symbol.asyncDispose]());

describe('a follower of our leader', () => {
  test.each<[string, string, (call: ScriptedCall) => void]>([
    [
      'a record that is missing',
      'gap',
      (call) => call.send(own(FrameKind.LIVE, { startIndex: base + 11 }, region(5, 3))),
    ],
    [
      'a lower term',
      'lower_term',
      (call) => call.send(own(FrameKind.LIVE, { startIndex: base + 10, term: 2 }, region(5, 3))),
    ],
    [
      'a frame that is cut short',
      'bad_frame',
      (call) => call.send(cut(own(FrameKind.LIVE, { startIndex: base + 10 }, ...regions(1, 9, 3)))),
    ],
    [
      'a frame of another cluster',
      'bad_frame',
      (call) => call.send(own(FrameKind.LIVE, { startIndex: base + 10, clusterId: 5n }, region(5, 3))),
    ],
    [
      'a region without an id in the middle of a frame',
      'bad_frame',
      (call) =>
        call.send(own(FrameKind.LIVE, { startIndex: base + 10 }, region(5, 3), region(0, 3), region(6, 3))),
    ],
    [
      'a term that there cannot be',
      'bad_frame',
      (call) => call.send(own(FrameKind.LIVE, { startIndex: base + 10, term: 2 ** 17 }, region(5, 3))),
    ],
    ['a frame that is too long', 'stream_ended', (call) => call.send(tooLong())],
    ['an end that says all is well', 'stream_ended', (call) => call.end(Status.OK, '')],
    ['an end that does not', 'stream_ended', (call) => call.end(Status.UNAVAILABLE, 'stopping')],
  ])('asks again after %s, from where it was, and nothing has changed', async (_, reason, happens) => {
    const call = await live(follower);
    const { total } = follower.replica.digest;
    happens(call);
    const again = await follower.leader.next();
    expect(endsOf(follower)).toEqual([reason]);
    expect(again.request.startIndex).toBe(base + 10);
    expect(follower.replica.digest.total).toBe(total);
    expect(follower.member.freshness).toMatchObject({ ready: false, complete: true });
    expect(follower.member.status().lastError?.message).toContain(reason);
    again.send(own(FrameKind.IN_SYNC, { startIndex: base + 10 }));
    await follower.reaches('live');
    expect(follower.member.counts().joins).toContainEqual({ tier: 'in-sync', reason, count: 1 });
    expectSettled(follower);
  });

  test('asks again when nothing is heard for too long', async () => {
    const call = await live(follower, { settings: { silenceMs: 500 } });
    const again = await follower.leader.next();
    expect([endsOf(follower), call.signal.aborted, again.request.startIndex]).toEqual([
      ['silence'],
      true,
      base + 10,
    ]);
  });

  test('asks for all regions when they are not those of the leader at the same index', async () => {
    const call = await live(follower);
    const { digest } = follower.replica;
    const other = new RegionTree({ pageBytes: 1 << 16, sparePages: 1, tombstones: 1 }).digest;
    call.send(own(FrameKind.KEEPALIVE, { startIndex: base + 10, digest: digest.encode() }));
    call.send(own(FrameKind.KEEPALIVE, { startIndex: base + 10, digest: other.encode() }));
    const again = await follower.leader.next();
    expect(again.request.startIndex).toBe(0);
    expect(follower.member.status().digestMismatches).toBe(1);
    expect(follower.member.freshness).toMatchObject({ ready: false, complete: true });
    again.send(...ownSnapshot(base + 12, regions(1, 3)));
    await follower.reaches('live');
    expect(shownRegions(follower.replica.regions)).toEqual(shownAs(regions(1, 3)));
    expect(follower.member.counts().joins).toContainEqual({
      tier: 'snapshot',
      reason: 'digest_mismatch',
      count: 1,
    });
  });

  test('finds out while records come that its regions are not those of the leader', async () => {
    const call = await live(follower);
    const moved = [...regions(1, 2), region(3, 3), ...regions(4, 9)];
    const digest = digestOf(moved).encode();
    call.send(own(FrameKind.LIVE, { startIndex: base + 10, digest }, region(3, 3)));
    call.send(own(FrameKind.LIVE, { startIndex: base + 11, digest }, region(4, 3)));
    const again = await follower.leader.next();
    expect(again.request.startIndex).toBe(0);
    expect(follower.member.status()).toMatchObject({ digestMismatches: 1, next: base + 12 });
    expect(follower.tally.ledger).toMatchObject({ applied: 11, pending: 0 });
    again.send(...ownSnapshot(base + 12, moved));
    await follower.reaches('live');
    expect(shownRegions(follower.replica.regions)).toEqual(shownAs(moved));
    expect(endsOf(follower)).toEqual(['digest_mismatch']);
  });
});

function cut(framed: Buffer): Buffer {
  const shorter = Buffer.from(framed.subarray(0, framed.length - 20));
  shorter.writeUInt32BE(shorter.length - 5, 1);
  return shorter;
}

function tooLong(): Buffer {
  const head = Buffer.alloc(5 + (1 << 20) + 1);
  head.writeUInt32BE((1 << 20) + 1, 1);
  return head;
}
