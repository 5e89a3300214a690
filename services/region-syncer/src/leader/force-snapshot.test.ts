import { FrameKind } from '@syncline/proto/region-frame.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { TooManyOrdersError, UnknownStreamError } from '../service/member.ts';
import { HeldCall } from './held-call.fixture.ts';
import { HeartbeatStore, sideBySide } from './world/heartbeats.ts';
import { type LeaderWorld, startLeaderAnywhere } from './world/leader-world.ts';
import { requestOf } from './world/sync-peer.ts';

const { SNAPSHOT, SNAPSHOT_END, IN_SYNC, REPLAY } = FrameKind;

/** A leader with fifty regions: a snapshot is six frames. */
async function startWithRegions(
  limits: NonNullable<Parameters<typeof startLeaderAnywhere>[0]>['limits'] = {},
): Promise<LeaderWorld> {
  const w = await startLeaderAnywhere({ limits });
  new HeartbeatStore(w.connection).tell(...sideBySide(50));
  await w.taken(51);
  return w;
}

/** A follower joins; unless it takes what it is sent, two frames are all that it is sent. */
function join(w: LeaderWorld, startIndex: number, takes = true, name = 'f'): HeldCall {
  const call = new HeldCall(40 * 1024);
  call.isTaking = takes;
  w.leader.streams.syncRegions(call);
  call.tell(requestOf({ name, startIndex, as: 'ours' }));
  return call;
}

/** The kinds of its first frames, once there are so many. */
async function sent(call: HeldCall, count: number): Promise<number[]> {
  const frames = await until(() => call.frames, {
    deadlineMs: 5_000,
    describe: `${count} frames`,
    accept: ({ length }) => length >= count,
    everyMs: 1,
  });
  return frames.slice(0, count).map(({ kind }) => kind);
}

const whole = [SNAPSHOT, SNAPSHOT, SNAPSHOT, SNAPSHOT, SNAPSHOT, SNAPSHOT_END];

test('a snapshot that is forced ends the stream, and is the answer to the next one, once', async () => {
  await using w = await startWithRegions();
  const { next } = w.replica;
  const stream = join(w, next);
  expect(() => w.member.forceSnapshot('nobody')).toThrow(UnknownStreamError);
  w.member.forceSnapshot('f');
  expect(stream.ended).toMatchObject({ code: Status.UNAVAILABLE, details: 'a snapshot was asked for' });
  const back = join(w, next);
  expect(await sent(back, 6)).toEqual(whole);
  back.cancel();
  expect(await sent(join(w, next), 1)).toEqual([IN_SYNC]);
  expect(w.member.counts().joins).toContainEqual({ tier: 'snapshot', reason: 'forced', count: 1 });
});

test('a snapshot that is forced stays ordered until its follower has taken it, whatever comes between', async () => {
  await using w = await startWithRegions({ snapshotQueue: 0 });
  const { next } = w.replica;
  join(w, next);
  w.member.forceSnapshot('f');
  // The line breaks in the middle.
  const broken = join(w, next, false);
  expect(await sent(broken, 2)).toEqual([SNAPSHOT, SNAPSHOT]);
  broken.cancel();
  // A newer stream takes its place.
  const replaced = join(w, next, false);
  expect(await sent(replaced, 2)).toEqual([SNAPSHOT, SNAPSHOT]);
  const newer = join(w, next, false);
  expect(replaced.ended?.details).toBe('a newer stream has this name');
  expect(await sent(newer, 2)).toEqual([SNAPSHOT, SNAPSHOT]);
  newer.cancel();
  // Another one has the only place.
  const other = join(w, 0, false, 'other');
  await sent(other, 2);
  const placeless = join(w, next);
  await until(() => placeless.ended, { deadlineMs: 5_000, describe: 'no place', everyMs: 1 });
  expect(placeless.ended?.details).toContain('1 snapshots are being sent');
  other.cancel();
  // All of it is sent, and lost on the way: the follower comes back with what it had.
  new HeartbeatStore(w.connection).tell({ id: 1, version: 5, end: '00001' });
  await w.taken(52);
  const lost = join(w, next);
  expect(await sent(lost, 6)).toEqual(whole);
  lost.cancel();
  const taken = join(w, next);
  expect(await sent(taken, 6)).toEqual(whole);
  taken.cancel();
  expect(await sent(join(w, next + 1), 1)).toEqual([IN_SYNC]);
  expect(await sent(join(w, next, true, 'g'), 1)).toEqual([REPLAY]);
});

test('one order more than there can be streams is refused, and its follower is left alone', async () => {
  await using w = await startWithRegions({ streams: 1 });
  const { next } = w.replica;
  join(w, next);
  w.member.forceSnapshot('f');
  const other = join(w, next, true, 'g');
  expect(() => w.member.forceSnapshot('g')).toThrow(TooManyOrdersError);
  expect(other.ended).toBeUndefined();
});
