import { FrameKind } from '@syncline/proto/region-frame.ts';
import { until } from '@syncline/testkit/wait.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FollowerUnderTest, reset } from './follower.fixture.ts';
import { StoreGates } from './store-gates.fixture.ts';
import type { FollowerWorldOptions } from './world/follower-world.ts';
import { base, own, ownSnapshot, region, regions, shownAs, shownRegions } from './world/regions.ts';
import type { ScriptedCall } from './world/scripted-leader.ts';

let follower: FollowerUnderTest;
let gates: StoreGates;

beforeEach(async () => {
  gates = new StoreGates();
  follower = await FollowerUnderTest.of('ours');
});

afterEach(() => follower[Symbol.asyncDispose]());

async function live(options: Partial<FollowerWorldOptions> = {}): Promise<ScriptedCall> {
  const call = await follower.joins({ through: gates.through, ...options });
  call.send(...ownSnapshot(base, regions(1, 9)));
  await follower.reaches('live');
  return call;
}

test('a disk that lags holds the leader back, and nothing grows without bound', async () => {
  const call = await live({ replica: { pendingBytes: 20_000 } });
  const release = gates.hold('append');
  const frames = 4_000;
  for (let at = 0; at < frames; at += 1)
    call.send(
      own(
        FrameKind.LIVE,
        { startIndex: base + at * 9, leaderNext: base + frames * 9 },
        ...regions(1, 9, 3 + at),
      ),
    );
  await until(() => follower.replica.pressed && call.queuedBytes > 1_000_000, {
    deadlineMs: 5_000,
    describe: 'the leader is held back',
  });
  const { next } = follower.replica;
  expect(follower.replica.status().pending.bytes).toBeLessThan(40_000);
  expect(follower.replica.durable).toBe(base);
  release();
  await until(() => follower.replica.durable === base + frames * 9, {
    deadlineMs: 10_000,
    describe: 'all is there',
  });
  expect(next).toBeLessThan(base + frames * 9);
  expect(shownRegions(follower.replica.regions)).toEqual(shownAs(regions(1, 9, 2 + frames)));
  expect(follower.member.counts().streamEnds).toEqual([]);
});

test('a disk that refuses makes the copy not ready, and it goes on by itself when the disk does', async () => {
  const call = await live();
  gates.set(
    'append',
    Promise.reject(Object.assign(new Error('append: full'), { cause: { fault: 'disk-full' } })),
  );
  call.send(own(FrameKind.LIVE, { startIndex: base }, region(1, 3)));
  await until(() => follower.replica.degraded !== undefined, { deadlineMs: 5_000, describe: 'refused' });
  call.send(own(FrameKind.LIVE, { startIndex: base + 1 }, region(2, 3)));
  expect(follower.member.freshness).toMatchObject({ ready: false, reason: 'the disk refuses: append: full' });
  expect(follower.member.status()).toMatchObject({
    phase: 'live',
    durable: base,
    lastError: { message: 'append: full' },
  });
  gates.clear();
  await follower.hasDurable(base + 2);
  expect(follower.member.freshness).toMatchObject({ ready: true, reason: '' });
  expect(shownRegions(follower.replica.regions)).toEqual(shownAs([...regions(1, 2, 3), ...regions(3, 9)]));
});

test('a snapshot that cannot be written is asked for again, and what there was stays', async () => {
  await live({ failpoints: 'generation.before-flip=error@2' });
  await reset(follower, 'test');
  const call = await follower.leader.next();
  call.send(...ownSnapshot(base + 5, regions(1, 4, 3)));
  const again = await follower.leader.next();
  expect(follower.tally.endsOf('store_failed')).toBe(1);
  expect(again.request.startIndex).toBe(0);
  expect(shownRegions(follower.replica.regions)).toEqual(shownAs(regions(1, 9)));
  again.send(...ownSnapshot(base + 5, regions(1, 4, 3)));
  await follower.reaches('live');
  expect(shownRegions(follower.replica.regions)).toEqual(shownAs(regions(1, 4, 3)));
});

test('a follower that is stuck with a frame is told by liveness, until it goes on', async () => {
  const flip = Promise.withResolvers<void>();
  const call = await live({ settings: { frameDeadlineMs: 50 } });
  gates.set('flip', flip.promise);
  await reset(follower, 'test');
  const again = await follower.leader.next();
  expect(follower.liveness.report()).toEqual({ live: true, overdue: [] });
  again.send(...ownSnapshot(base + 5, regions(1, 4, 3)));
  const overdue = await until(() => follower.liveness.report().overdue, {
    deadlineMs: 5_000,
    describe: 'it counts as stuck',
    accept: ({ length }) => length > 0,
  });
  expect(overdue).toMatchObject([{ loop: 'follower', phase: 'take a frame', awaits: 'the copy' }]);
  flip.resolve();
  await follower.reaches('live');
  await until(() => follower.liveness.report().live, { deadlineMs: 5_000, describe: 'it goes on' });
  expect(call.signal.aborted).toBe(true);
});
