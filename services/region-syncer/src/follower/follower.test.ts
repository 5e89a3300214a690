import { FrameKind } from '@syncline/proto/region-frame.ts';
import { type TempDir, tempDir } from '@syncline/testkit/temp-dir.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Status } from 'nice-grpc-common';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { firstOfTerm } from '../log/index.ts';
import { RegionTree } from '../regions/region-tree.ts';
import {
  type FollowerWorld,
  type FollowerWorldOptions,
  leftBehind,
  startFollower,
} from './world/follower-world.ts';
import {
  base,
  digestOf,
  merged,
  own,
  ownSnapshot,
  region,
  regions,
  shownAs,
  shownRegions,
  term,
} from './world/regions.ts';
import { type ScriptedCall, ScriptedLeader } from './world/scripted-leader.ts';

let directory: TempDir;
let leader: ScriptedLeader;
let world: FollowerWorld;

beforeEach(async () => {
  directory = await tempDir('follower');
  leader = await ScriptedLeader.start('ours');
});

afterEach(async () => {
  await world?.[Symbol.asyncDispose]();
  await leader[Symbol.asyncDispose]();
  await directory[Symbol.asyncDispose]();
  expect(world.broken).toEqual([]);
});

async function start(options: Partial<FollowerWorldOptions> = {}): Promise<FollowerWorld> {
  world = await startFollower({ directory: directory.path, address: leader.address, ...options });
  return world;
}

async function restart(options: Partial<FollowerWorldOptions> = {}): Promise<ScriptedCall> {
  await world[Symbol.asyncDispose]();
  await start(options);
  return leader.next();
}

/** A follower that has regions 1 to 9 as of `base + 10`, and its call. */
async function live(options: Partial<FollowerWorldOptions> = {}): Promise<ScriptedCall> {
  await start(options);
  const call = await leader.next();
  call.send(...ownSnapshot(base + 10, regions(1, 9), 4));
  await world.reaches('live');
  return call;
}

function why(): string[] {
  return world.follower.tally.streamEnds.map(({ reason }) => reason);
}

/** Nothing was lost and nothing is pending. */
function expectSettled(): void {
  const { received, applied, superseded, stale, quarantined, pending } = world.follower.tally.ledger;
  expect(received).toBe(applied + superseded + stale + quarantined);
  expect(pending).toBe(0);
}

describe('a follower of our leader', () => {
  test('says who it is and asks for all regions when it has none; they are there at once when all came', async () => {
    await start();
    const call = await leader.next();
    expect(call.request).toMatchObject({ startIndex: 0, ours: true, takesDeltas: true, term: 0 });
    expect(call.request.member).toMatchObject({ name: 'follower', clientUrls: ['http://127.0.0.1:2'] });
    const [first, second, last] = ownSnapshot(base + 10, regions(1, 9), 4);
    call.send(first as Buffer, second as Buffer, last as Buffer);
    await until(() => world.follower.tally.ledger.received === 9, {
      deadlineMs: 5_000,
      describe: 'all pieces',
    });
    expect(world.member.freshness).toMatchObject({ ready: false, complete: false });
    expect(world.replica.regions.size).toBe(0);
    expect(world.follower.tally.ledger).toMatchObject({ received: 9, pending: 9, applied: 0 });
    call.send(
      own(FrameKind.REPLAY, { startIndex: base + 10 }, region(3, 3)),
      own(FrameKind.SNAPSHOT_END, { startIndex: base + 11 }),
    );
    await world.reaches('live');
    expect(shownRegions(world.replica.regions)).toEqual(
      shownAs([...regions(1, 2), region(3, 3), ...regions(4, 9)]),
    );
    expect(world.member.freshness).toMatchObject({
      ready: true,
      reason: '',
      complete: true,
      lagRecords: 0,
      lagMs: 0,
    });
    expect(world.member.freshness.heardMs).toBeLessThan(5_000);
    expect(world.member.status()).toMatchObject({
      phase: 'live',
      next: base + 11,
      durable: base + 11,
      term,
      regions: 9,
      lastJoinReason: 'start',
      link: { ours: true, lagRecords: 0 },
    });
    expect(world.member.counts()).toMatchObject({
      joins: [{ tier: 'snapshot', reason: 'start', count: 1 }],
      snapshots: { count: 1 },
    });
    expect(world.member.roster.leader).toMatchObject({ name: 'leader', memberId: 7n });
    expectSettled();
  });

  test('takes live records in order, merges too, and is where the leader is', async () => {
    const call = await live();
    call.send(
      own(FrameKind.LIVE, { startIndex: base + 10 }, region(5, 3), region(6, 3)),
      own(FrameKind.LIVE, { startIndex: base + 12 }, merged(1, 3)),
    );
    await until(() => world.replica.durable === base + 13, { deadlineMs: 5_000, describe: 'durable' });
    expect(shownRegions(world.replica.regions)).toEqual(['1@9', '4@2', '5@3', '6@3', '7@2', '8@2', '9@2']);
    expectSettled();
  });

  test('goes on after a restart from what is on disk', async () => {
    const call = await live();
    call.send(own(FrameKind.LIVE, { startIndex: base + 10 }, region(5, 3)));
    await until(() => world.replica.durable === base + 11, { deadlineMs: 5_000, describe: 'durable' });
    const again = await restart();
    expect(again.request).toMatchObject({ startIndex: base + 11, term });
    expect(shownRegions(world.replica.regions)).toContain('5@3');
    expect(world.member.freshness).toMatchObject({ ready: false, complete: true, lagRecords: undefined });
    again.send(
      own(FrameKind.REPLAY, { startIndex: base + 11, leaderNext: base + 13 }, region(6, 3)),
      own(FrameKind.REPLAY, { startIndex: base + 12, leaderNext: base + 13 }, region(7, 3)),
    );
    await world.reaches('live');
    expect(shownRegions(world.replica.regions)).toEqual(
      shownAs([...regions(1, 4), ...regions(5, 7, 3), ...regions(8, 9)]),
    );
    expect(world.member.counts().joins).toEqual([{ tier: 'replay', reason: 'start', count: 1 }]);
  });

  test('is not ready before it is where the leader was, and tells how far that is', async () => {
    await live();
    const call = await restart();
    const leaderUnixMs = Date.now() - 700;
    call.send(
      own(FrameKind.REPLAY, { startIndex: base + 10, leaderNext: base + 30, leaderUnixMs }, region(5, 3)),
    );
    await world.reaches('replaying');
    await until(() => world.replica.next === base + 11, { deadlineMs: 5_000, describe: 'applied' });
    expect(world.member.freshness).toMatchObject({ ready: false, reason: 'replaying', lagRecords: 19 });
    expect(world.member.freshness.lagMs).toBeGreaterThanOrEqual(700);
    expect(world.member.lag()).toMatchObject({
      leaderNext: base + 30,
      followers: [{ name: 'follower', next: base + 11, records: 19 }],
    });
  });

  test('takes a term that begins, with records or without', async () => {
    const call = await live();
    const next = firstOfTerm(term + 1);
    call.send(
      own(FrameKind.KEEPALIVE, { startIndex: next, previous: base + 10, leaderNext: next, term: term + 1 }),
      own(FrameKind.LIVE, { startIndex: next, term: term + 1 }, region(2, 3)),
    );
    await until(() => world.replica.durable === next + 1, { deadlineMs: 5_000, describe: 'durable' });
    const again = await restart();
    expect(again.request).toMatchObject({ startIndex: next + 1, term: term + 1 });
  });

  test('takes what changed instead of the records, and survives a restart with it', async () => {
    await live();
    const call = await restart();
    const head = { previous: base + 10, leaderNext: base + 90 };
    call.send(
      own(FrameKind.DELTA, { ...head, startIndex: 0, total: 2, removed: BigUint64Array.of(8n, 9n) }),
      own(FrameKind.DELTA, { ...head, startIndex: 0 }, merged(6, 9), region(2, 5)),
      own(FrameKind.DELTA_END, { ...head, startIndex: base + 90 }),
    );
    await world.reaches('live');
    const shown = ['1@2', '2@5', '3@2', '4@2', '5@2', '6@9'];
    expect(shownRegions(world.replica.regions)).toEqual(shown);
    call.send(own(FrameKind.LIVE, { startIndex: base + 90 }, region(1, 5)));
    await until(() => world.replica.durable === base + 91, { deadlineMs: 5_000, describe: 'durable' });
    const again = await restart();
    expect(again.request.startIndex).toBe(base + 91);
    expect(shownRegions(world.replica.regions)).toEqual(['1@5', ...shown.slice(1)]);
  });

  test('empties with an empty snapshot', async () => {
    const call = await live();
    world.member.reset('test');
    const again = await leader.next();
    expect([again.request.startIndex, call.signal.aborted]).toEqual([0, true]);
    again.send(...ownSnapshot(base + 20, []));
    await world.reaches('live');
    expect(world.replica.regions.size).toBe(0);
    expect(world.member.freshness).toMatchObject({ ready: true, complete: true });
  });

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
    const call = await live();
    const { total } = world.replica.digest;
    happens(call);
    const again = await leader.next();
    expect(why()).toEqual([reason]);
    expect(again.request.startIndex).toBe(base + 10);
    expect(world.replica.digest.total).toBe(total);
    expect(world.member.freshness).toMatchObject({ ready: false, complete: true });
    expect(world.member.status().lastError?.message).toContain(reason);
    again.send(own(FrameKind.IN_SYNC, { startIndex: base + 10 }));
    await world.reaches('live');
    expect(world.member.counts().joins).toContainEqual({ tier: 'in-sync', reason, count: 1 });
    expectSettled();
  });

  test('asks again when nothing is heard for too long', async () => {
    const call = await live({ settings: { silenceMs: 500 } });
    const again = await leader.next();
    expect([why(), call.signal.aborted, again.request.startIndex]).toEqual([['silence'], true, base + 10]);
  });

  test('takes another snapshot on the same stream, and of the one before nothing stays', async () => {
    await start();
    const call = await leader.next();
    const [first] = ownSnapshot(base + 10, regions(1, 9), 4);
    call.send(first as Buffer, ...ownSnapshot(base + 20, regions(3, 7, 4), 4));
    await world.reaches('live');
    expect(shownRegions(world.replica.regions)).toEqual(shownAs(regions(3, 7, 4)));
    expect(world.follower.tally.ledger).toMatchObject({ received: 9, applied: 5, superseded: 4 });
  });

  test('asks for all regions when they are not those of the leader at the same index', async () => {
    const call = await live();
    const { digest } = world.replica;
    const other = new RegionTree({ pageBytes: 1 << 16, sparePages: 1, tombstones: 1 }).digest;
    call.send(own(FrameKind.KEEPALIVE, { startIndex: base + 10, digest: digest.encode() }));
    call.send(own(FrameKind.KEEPALIVE, { startIndex: base + 10, digest: other.encode() }));
    const again = await leader.next();
    expect(again.request.startIndex).toBe(0);
    expect(world.member.status().digestMismatches).toBe(1);
    expect(world.member.freshness).toMatchObject({ ready: false, complete: true });
    again.send(...ownSnapshot(base + 12, regions(1, 3)));
    await world.reaches('live');
    expect(shownRegions(world.replica.regions)).toEqual(shownAs(regions(1, 3)));
    expect(world.member.counts().joins).toContainEqual({
      tier: 'snapshot',
      reason: 'digest_mismatch',
      count: 1,
    });
  });

  test('finds out while records come that its regions are not those of the leader', async () => {
    const call = await live();
    const moved = [...regions(1, 2), region(3, 3), ...regions(4, 9)];
    const digest = digestOf(moved).encode();
    call.send(own(FrameKind.LIVE, { startIndex: base + 10, digest }, region(3, 3)));
    call.send(own(FrameKind.LIVE, { startIndex: base + 11, digest }, region(4, 3)));
    const again = await leader.next();
    expect(again.request.startIndex).toBe(0);
    expect(world.member.status()).toMatchObject({ digestMismatches: 1, next: base + 12 });
    expect(world.follower.tally.ledger).toMatchObject({ applied: 11, pending: 0 });
    again.send(...ownSnapshot(base + 12, moved));
    await world.reaches('live');
    expect(shownRegions(world.replica.regions)).toEqual(shownAs(moved));
    expect(why()).toEqual(['digest_mismatch']);
  });

  test('a reset takes the snapshot of a leader in a lower term, before a restart and after one', async () => {
    await live();
    world.member.reset('the leader has begun anew');
    expect((await leader.next()).request).toMatchObject({ startIndex: 0, term: 0 });
    const again = await restart();
    expect(again.request).toMatchObject({ startIndex: 0, term: 0 });
    const stands = firstOfTerm(1) + 3;
    again.send(
      own(FrameKind.SNAPSHOT, { startIndex: 0, previous: stands, total: 2, term: 1 }, ...regions(1, 2, 7)),
      own(FrameKind.SNAPSHOT_END, { startIndex: stands, term: 1 }),
      own(FrameKind.LIVE, { startIndex: stands, term: 1 }, region(1, 8)),
    );
    await until(() => world.replica.durable === stands + 1, { deadlineMs: 5_000, describe: 'durable' });
    expect((await restart()).request).toMatchObject({ startIndex: stands + 1, term: 1 });
    expect(shownRegions(world.replica.regions)).toEqual(['1@8', '2@7']);
  });

  test('a reset is not undone by a restart, and serves what there is until it is over', async () => {
    await live();
    expect(world.member.reset('reads are stale')).toBe(base + 10);
    expect((await leader.next()).request.startIndex).toBe(0);
    const again = await restart();
    expect(again.request.startIndex).toBe(0);
    expect(world.replica.regions.size).toBe(9);
    again.send(...ownSnapshot(base + 12, regions(1, 3)));
    await world.reaches('live');
    const last = await restart();
    expect(last.request.startIndex).toBe(base + 12);
  });

  test('killed in the middle of a snapshot it has what it had, and after it the snapshot', async () => {
    const call = await live();
    await using before = await tempDir('follower-before');
    await using after = await tempDir('follower-after');
    world.member.reset('test');
    const again = await leader.next();
    const [first, second, ...rest] = ownSnapshot(base + 50, regions(1, 40, 6), 10);
    again.send(first as Buffer, second as Buffer);
    await until(() => world.follower.tally.ledger.pending === 20, {
      deadlineMs: 5_000,
      describe: 'two pieces',
    });
    await leftBehind(directory.path, before.path);
    again.send(...rest);
    await world.reaches('live');
    await leftBehind(directory.path, after.path);
    expect(call.signal.aborted).toBe(true);
    await world[Symbol.asyncDispose]();
    await start({ directory: before.path });
    expect(shownRegions(world.replica.regions)).toEqual(shownAs(regions(1, 9)));
    expect((await leader.next()).request.startIndex).toBe(0);
    await world[Symbol.asyncDispose]();
    await start({ directory: after.path });
    expect(shownRegions(world.replica.regions)).toEqual(shownAs(regions(1, 40, 6)));
    expect((await leader.next()).request.startIndex).toBe(base + 50);
  });

  test('a snapshot whose regions overlap is refused as a whole', async () => {
    await live();
    world.member.reset('test');
    const again = await leader.next();
    again.send(
      ...ownSnapshot(
        base + 50,
        [...regions(1, 5), merged(2, 3)].map((each, at) =>
          at === 5 ? { ...each, region: { ...each.region, id: 99n } } : each,
        ),
      ),
    );
    await leader.next();
    expect(why()).toEqual(['reset', 'bad_frame']);
    expect(shownRegions(world.replica.regions)).toEqual(shownAs(regions(1, 9)));
  });
});

describe('the leader’s address', () => {
  test('is the one where somebody answers, and the same again after it', async () => {
    await using deaf = await ScriptedLeader.start('ours');
    await deaf[Symbol.asyncDispose]();
    await start({ address: deaf.address, otherAddresses: [leader.address] });
    const call = await leader.next();
    call.send(...ownSnapshot(base + 10, regions(1, 9)));
    await world.reaches('live');
    call.end(Status.UNAVAILABLE, 'not now');
    expect((await leader.next()).request.startIndex).toBe(base + 10);
    expect(world.member.status().link?.leaderAddress).toBe(leader.address);
    expect(why()).toEqual(['connect_failed', 'stream_ended']);
  });

  test.each(['server not started', 'not leader'])(
    'is asked of a member that does not lead: %s',
    async (details) => {
      await using other = await ScriptedLeader.start('foreign');
      other.says.clientUrls = [`http://${leader.address}`];
      await start({ address: other.address });
      (await other.next()).end(Status.UNAVAILABLE, details);
      await leader.next();
      expect(world.member.status().link?.leaderAddress).toBe(leader.address);
    },
  );
});

describe('the leader’s cluster', () => {
  test('is learnt once; the leader of another is refused and never asked', async () => {
    await live();
    leader.says.clusterId = 4n;
    await world[Symbol.asyncDispose]();
    await start();
    await until(() => world.follower.tally.endsOf('other_cluster') > 1, {
      deadlineMs: 5_000,
      describe: 'refused',
    });
    expect(leader.waiting).toBe(0);
    expect(world.member.status()).toMatchObject({ ready: false, regions: 9 });
    expect(world.member.status().lastError?.message).toMatch(
      /^other_cluster: cluster id 4: .* 9223372036854775817/,
    );
  });

  test('that has no id is not followed', async () => {
    leader.says.clusterId = 0n;
    await start();
    await until(() => why().includes('connect_failed'), { deadlineMs: 5_000, describe: 'refused' });
    expect([leader.waiting, world.member.clusterId]).toEqual([0, 0n]);
  });

  test('a leader that does not say who it is has a deadline', async () => {
    leader.says.mute = true;
    await start({ connectDeadlineMs: 30 });
    await until(() => world.follower.tally.endsOf('connect_failed') > 1, {
      deadlineMs: 5_000,
      describe: 'given up',
    });
    expect(world.member.status().lastError?.message).toContain('DEADLINE_EXCEEDED');
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
