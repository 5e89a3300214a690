import { FrameKind } from '@syncline/proto/region-frame.ts';
import { type TempDir, tempDir } from '@syncline/testkit/temp-dir.ts';
import { until } from '@syncline/testkit/wait.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RegionStoreThread } from '../store/open-region-store.ts';
import { type FollowerWorld, type FollowerWorldOptions, startFollower } from './world/follower-world.ts';
import { base, own, ownSnapshot, region, regions, shownAs, shownRegions } from './world/regions.ts';
import { type ScriptedCall, ScriptedLeader } from './world/scripted-leader.ts';

let directory: TempDir;
let leader: ScriptedLeader;
let world: FollowerWorld;
/** What the store's calls wait for, by name. */
let gates: Map<string, Promise<unknown>>;

beforeEach(async () => {
  gates = new Map();
  directory = await tempDir('follower-disk');
  leader = await ScriptedLeader.start('ours');
});

afterEach(async () => {
  await world[Symbol.asyncDispose]();
  await leader[Symbol.asyncDispose]();
  await directory[Symbol.asyncDispose]();
  expect(world.broken).toEqual([]);
});

function through(thread: RegionStoreThread): Pick<RegionStoreThread, 'call'> {
  return {
    call: async (method, ...args) => {
      await gates.get(method);
      return thread.call(method, ...args);
    },
  };
}

async function live(options: Partial<FollowerWorldOptions> = {}): Promise<ScriptedCall> {
  world = await startFollower({ directory: directory.path, address: leader.address, through, ...options });
  const call = await leader.next();
  call.send(...ownSnapshot(base, regions(1, 9)));
  await world.reaches('live');
  return call;
}

test('a disk that lags holds the leader back, and nothing grows without bound', async () => {
  const call = await live({ replica: { pendingBytes: 20_000 } });
  const gate = Promise.withResolvers<void>();
  gates.set('append', gate.promise);
  const frames = 4_000;
  for (let at = 0; at < frames; at += 1)
    call.send(
      own(
        FrameKind.LIVE,
        { startIndex: base + at * 9, leaderNext: base + frames * 9 },
        ...regions(1, 9, 3 + at),
      ),
    );
  await until(() => world.replica.pressed && call.queuedBytes > 1_000_000, {
    deadlineMs: 5_000,
    describe: 'the leader is held back',
  });
  const { next } = world.replica;
  expect(world.replica.status().pending.bytes).toBeLessThan(40_000);
  expect(world.replica.durable).toBe(base);
  gates.clear();
  gate.resolve();
  await until(() => world.replica.durable === base + frames * 9, {
    deadlineMs: 10_000,
    describe: 'all is there',
  });
  expect(next).toBeLessThan(base + frames * 9);
  expect(shownRegions(world.replica.regions)).toEqual(shownAs(regions(1, 9, 2 + frames)));
  expect(world.member.counts().streamEnds).toEqual([]);
});

test('a disk that refuses makes the copy not ready, and it goes on by itself when the disk does', async () => {
  const call = await live();
  gates.set(
    'append',
    Promise.reject(Object.assign(new Error('append: full'), { cause: { fault: 'disk-full' } })),
  );
  gates.get('append')?.catch(() => {});
  call.send(own(FrameKind.LIVE, { startIndex: base }, region(1, 3)));
  await until(() => world.replica.degraded !== undefined, { deadlineMs: 5_000, describe: 'refused' });
  call.send(own(FrameKind.LIVE, { startIndex: base + 1 }, region(2, 3)));
  expect(world.member.freshness).toMatchObject({ ready: false, reason: 'the disk refuses: append: full' });
  expect(world.member.status()).toMatchObject({
    phase: 'live',
    durable: base,
    lastError: { message: 'append: full' },
  });
  gates.clear();
  await until(() => world.replica.durable === base + 2, { deadlineMs: 5_000, describe: 'durable' });
  expect(world.member.freshness).toMatchObject({ ready: true, reason: '' });
  expect(shownRegions(world.replica.regions)).toEqual(shownAs([...regions(1, 2, 3), ...regions(3, 9)]));
});

test('a snapshot that cannot be written is asked for again, and what there was stays', async () => {
  await live({ failpoints: 'generation.before-flip=error@2' });
  world.member.reset('test');
  const call = await leader.next();
  call.send(...ownSnapshot(base + 5, regions(1, 4, 3)));
  const again = await leader.next();
  expect(world.follower.tally.endsOf('store_failed')).toBe(1);
  expect(again.request.startIndex).toBe(0);
  expect(shownRegions(world.replica.regions)).toEqual(shownAs(regions(1, 9)));
  again.send(...ownSnapshot(base + 5, regions(1, 4, 3)));
  await world.reaches('live');
  expect(shownRegions(world.replica.regions)).toEqual(shownAs(regions(1, 4, 3)));
});

test('a follower that is stuck with a frame is told by liveness, until it goes on', async () => {
  const flip = Promise.withResolvers<void>();
  const call = await live({ settings: { frameDeadlineMs: 50 } });
  gates.set('flip', flip.promise);
  world.member.reset('test');
  const again = await leader.next();
  expect(world.liveness.report()).toEqual({ live: true, overdue: [] });
  again.send(...ownSnapshot(base + 5, regions(1, 4, 3)));
  const overdue = await until(() => world.liveness.report().overdue, {
    deadlineMs: 5_000,
    describe: 'it counts as stuck',
    accept: ({ length }) => length > 0,
  });
  expect(overdue).toMatchObject([{ loop: 'follower', phase: 'take a frame', awaits: 'the copy' }]);
  flip.resolve();
  await world.reaches('live');
  await until(() => world.liveness.report().live, { deadlineMs: 5_000, describe: 'it goes on' });
  expect(call.signal.aborted).toBe(true);
});
