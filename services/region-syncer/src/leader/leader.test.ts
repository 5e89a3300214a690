import { FrameKind } from '@syncline/proto/region-frame.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { firstOfTerm } from '../log/index.ts';
import { HeartbeatStore, sideBySide } from './world/heartbeats.ts';
import { type LeaderWorld, type LeaderWorldOptions, startLeader } from './world/leader-world.ts';
import { SyncPeer } from './world/sync-peer.ts';

async function world(change: Omit<LeaderWorldOptions, 'directory'> = {}): Promise<LeaderWorld> {
  const directory = await tempDir('leader');
  const started = await startLeader({ ...change, directory: directory.path });
  const dispose = started[Symbol.asyncDispose];
  return Object.assign(started, {
    [Symbol.asyncDispose]: async () => {
      await dispose();
      await directory[Symbol.asyncDispose]();
    },
  });
}

/** All of these heartbeats were taken, and what they made is durable. */
async function told(leader: LeaderWorld, count: number): Promise<void> {
  await until(() => leader.leader.intake.counts.received >= count, {
    deadlineMs: 5_000,
    describe: `${count} heartbeats are taken`,
    everyMs: 1,
  });
  await leader.replica.whenDurable(leader.replica.next, AbortSignal.timeout(5_000));
}

test('one of ours that has nothing is sent a snapshot, and then what changes', async () => {
  await using w = await world();
  const store = new HeartbeatStore(w.connection);
  store.tell(...sideBySide(25));
  await told(w, 26);
  const peer = new SyncPeer(w.connection, { name: 'f', startIndex: 0, as: 'ours' });
  const frames = await peer.first(4);
  const { next } = w.replica;
  expect(
    frames.map(({ kind, startIndex, previous, total, ids }) => [
      kind,
      startIndex,
      previous,
      total,
      ids.length,
    ]),
  ).toEqual([
    [FrameKind.SNAPSHOT, 0, next, 25, 10],
    [FrameKind.SNAPSHOT, 10, next, 0, 10],
    [FrameKind.SNAPSHOT, 20, next, 0, 5],
    [FrameKind.SNAPSHOT_END, next, next, 0, 0],
  ]);
  store.tell(...sideBySide(25, 5_000).slice(0, 1));
  const [, , , , live] = await peer.first(5);
  expect(live).toMatchObject({
    kind: FrameKind.LIVE,
    startIndex: next,
    previous: next,
    leaderNext: next + 1,
    ids: [1],
  });
  expect(w.member.status().streams).toMatchObject([
    { name: 'f', phase: 'live', cursor: next + 1, lagRecords: 0, ours: true },
  ]);
});
