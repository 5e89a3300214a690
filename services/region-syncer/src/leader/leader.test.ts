import { PDDefinition } from '@syncline/proto/pdpb.ts';
import { FrameKind } from '@syncline/proto/region-frame.ts';
import { StoreFaultError } from '@syncline/sqlite/store-fault.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { firstOfTerm, maxHeardTerm } from '../log/index.ts';
import { Digest } from '../regions/digest.ts';
import { HeartbeatStore, sideBySide } from './world/heartbeats.ts';
import { clusterId, startLeader, startLeaderAnywhere } from './world/leader-world.ts';
import { SyncPeer } from './world/sync-peer.ts';

const { SNAPSHOT, SNAPSHOT_END, REPLAY, DELTA, DELTA_END, LIVE, KEEPALIVE, IN_SYNC } = FrameKind;

test('one of ours that has nothing is sent a snapshot, and then what changes', async () => {
  await using w = await startLeaderAnywhere();
  const store = new HeartbeatStore(w.connection);
  store.tell(...sideBySide(25));
  await w.taken(26);
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
    [SNAPSHOT, 0, next, 25, 10],
    [SNAPSHOT, 10, next, 0, 10],
    [SNAPSHOT, 20, next, 0, 5],
    [SNAPSHOT_END, next, next, 0, 0],
  ]);
  store.tell(...sideBySide(25, 5_000).slice(0, 1));
  const [, , , , live] = await peer.first(5);
  expect(live).toMatchObject({
    kind: LIVE,
    startIndex: next,
    previous: next,
    leaderNext: next + 1,
    ids: [1],
  });
  expect(w.member.status().streams).toMatchObject([
    { name: 'f', phase: 'live', cursor: next + 1, lagRecords: 0, ours: true, memberId: 5n },
  ]);
});

test('a PD that has nothing is sent a snapshot by position, an empty frame, and then what changes', async () => {
  await using w = await startLeaderAnywhere();
  const store = new HeartbeatStore(w.connection);
  store.tell(...sideBySide(12));
  await w.taken(13);
  const peer = new SyncPeer(w.connection, { name: 'pd', startIndex: 0, as: 'pd' });
  await peer.first(3);
  const { next } = w.replica;
  store.tell(...sideBySide(12, 5_000).slice(0, 2));
  await w.taken(15);
  await until(() => peer.ids.length === 14, { deadlineMs: 5_000, describe: 'both changes come', everyMs: 1 });
  const { frames } = peer;
  expect(frames.slice(0, 4).map(({ startIndex, ids }) => [startIndex, ids.length])).toEqual([
    [0, 10],
    [10, 2],
    [next, 0],
    [next, expect.any(Number)],
  ]);
  expect(
    frames.every(({ kind, term, previous, leaderNext }) => kind + term + previous + leaderNext === 0),
  ).toBe(true);
});

test('a follower that lacks nothing hears so, and one that lacks records is sent them', async () => {
  await using w = await startLeaderAnywhere();
  new HeartbeatStore(w.connection).tell(...sideBySide(15));
  await w.taken(16);
  const { next } = w.replica;
  const whole = new SyncPeer(w.connection, { name: 'a', startIndex: next, as: 'ours' });
  expect(await whole.first(1)).toMatchObject([{ kind: IN_SYNC, startIndex: next, previous: next }]);
  const behind = new SyncPeer(w.connection, { name: 'b', startIndex: next - 12, as: 'ours' });
  expect((await behind.first(2)).map(({ kind, startIndex, ids }) => [kind, startIndex, ids])).toEqual([
    [REPLAY, next - 12, [4, 5, 6, 7, 8, 9, 10, 11, 12, 13]],
    [REPLAY, next - 2, [14, 15]],
  ]);
  const pd = new SyncPeer(w.connection, { name: 'pd', startIndex: next, as: 'pd' });
  expect(await pd.first(1)).toMatchObject([{ kind: 0, startIndex: next, ids: [] }]);
  expect(w.member.counts().joins).toEqual([
    { tier: 'in-sync', reason: 'equal', count: 2 },
    { tier: 'replay', reason: 'in-log', count: 1 },
  ]);
});

test('records that have left the memory come from disk, in order', async () => {
  await using w = await startLeaderAnywhere({ replica: { tail: { records: 5, bytes: 1 << 20 } } });
  const store = new HeartbeatStore(w.connection);
  for (let round = 1; round <= 10; round += 1) store.tell(...sideBySide(20, round * 10_000));
  await w.taken(201);
  const first = firstOfTerm(1);
  const peer = new SyncPeer(w.connection, { name: 'f', startIndex: first, as: 'ours' });
  await until(() => peer.ids.length >= 201, { deadlineMs: 5_000, describe: 'all records come', everyMs: 1 });
  expect(peer.ids).toEqual([1, ...Array.from({ length: 200 }, (_, i) => (i % 20) + 1)]);
  expect(new Set(peer.frames.map(({ kind }) => kind))).toEqual(new Set([REPLAY]));
});

test('one of ours that is behind the log is sent what changed, and which regions went', async () => {
  await using w = await startLeaderAnywhere({
    replica: {
      chunk: { records: 8, bytes: 4096 },
      tail: { records: 5, bytes: 1 << 20 },
      retention: { records: 20, bytes: 1 << 20, pinnedBytes: 0 },
      checkpointRecords: 40,
    },
  });
  const store = new HeartbeatStore(w.connection);
  store.tell(...sideBySide(10));
  await w.taken(11);
  const asked = w.replica.next;
  store.tell({ id: 1, start: '', end: '00003', version: 3 });
  for (let round = 1; round <= 30; round += 1) store.tell(...sideBySide(10, round * 10_000).slice(4, 6));
  await w.taken(72);
  await until(() => w.replica.first > asked, {
    deadlineMs: 5_000,
    describe: 'the log is trimmed',
    everyMs: 1,
  });
  const { next } = w.replica;
  const peer = new SyncPeer(w.connection, { name: 'f', startIndex: asked, as: 'ours' });
  const frames = await peer.first(3);
  expect(
    frames.map(({ kind, startIndex, previous, total, ids, removed }) => [
      kind,
      startIndex,
      previous,
      total,
      ids,
      [...removed].toSorted((a, b) => Number(a - b)),
    ]),
  ).toEqual([
    [DELTA, 0, asked, 3, [], [2n, 3n]],
    [DELTA, 0, asked, 0, [1, 5, 6], []],
    [DELTA_END, next, asked, 0, [], []],
  ]);
  const pd = new SyncPeer(w.connection, { name: 'pd', startIndex: asked, as: 'pd' });
  expect((await pd.first(1))[0]).toMatchObject({ startIndex: 0, ids: [1, 4, 5, 6, 7, 8, 9, 10] });
});

test('a quiet stream has a keepalive, with the digest for one of ours', async () => {
  await using w = await startLeaderAnywhere({ limits: { keepaliveMs: 50 } });
  const { next } = w.replica;
  const peer = new SyncPeer(w.connection, { name: 'f', startIndex: next, as: 'ours' });
  const pd = new SyncPeer(w.connection, { name: 'pd', startIndex: next, as: 'pd' });
  const [, keepalive] = await peer.first(2);
  expect(keepalive).toMatchObject({ kind: KEEPALIVE, startIndex: next, previous: next });
  expect(Digest.decode(keepalive?.digest ?? new Uint8Array(0)).equals(w.replica.digest)).toBe(true);
  expect((await pd.first(2))[1]).toMatchObject({ kind: 0, startIndex: next, ids: [], digest: undefined });
});

test('a busy stream has the digest with records, once in the time of a keepalive, for one of ours', async () => {
  await using w = await startLeaderAnywhere();
  const { next } = w.replica;
  const peer = new SyncPeer(w.connection, { name: 'f', startIndex: next, as: 'ours' });
  const pd = new SyncPeer(w.connection, { name: 'pd', startIndex: next, as: 'pd' });
  await Promise.all([peer.first(1), pd.first(1)]);
  // The bootstrap's record has had the first.
  w.replica.stampDigests(0);
  const store = new HeartbeatStore(w.connection);
  store.tell({ id: 1, version: 2 });
  const [, stamped] = await peer.first(2);
  expect(stamped).toMatchObject({ kind: LIVE, startIndex: next, ids: [1] });
  expect(Digest.decode(stamped?.digest ?? new Uint8Array(0)).equals(w.replica.digest)).toBe(true);
  w.replica.stampDigests(10_000);
  store.tell({ id: 1, version: 3 });
  expect((await peer.first(3))[2]).toMatchObject({ kind: LIVE, ids: [1], digest: undefined });
  expect((await pd.first(3)).map(({ digest }) => digest)).toEqual([undefined, undefined, undefined]);
});

test('a leader that has lost the leadership ends everything, and leads again in a newer term', async () => {
  await using w = await startLeaderAnywhere();
  const store = new HeartbeatStore(w.connection);
  store.tell(...sideBySide(3));
  await w.taken(4);
  const { next } = w.replica;
  const peer = new SyncPeer(w.connection, { name: 'f', startIndex: next, as: 'ours' });
  await peer.first(1);
  if (w.leader.state.kind === 'leading') await w.leader.state.leadership.resign();
  expect(await store.end()).toMatchObject({ code: Status.UNAVAILABLE, details: 'not leader' });
  expect(await peer.end()).toMatchObject({ code: Status.UNAVAILABLE, details: 'not leader' });
  await until(() => w.leader.isLeading, { deadlineMs: 5_000, describe: 'it leads again', everyMs: 1 });
  expect(w.replica.next).toBe(firstOfTerm(2));
  const back = new SyncPeer(w.connection, { name: 'f', startIndex: next, as: 'ours' });
  expect(await back.first(1)).toMatchObject([
    { kind: IN_SYNC, term: 2, previous: next, startIndex: firstOfTerm(2) },
  ]);
});

test('a leader that is behind what a follower has seen goes on above that, and that follower gets all regions', async () => {
  await using directory = await tempDir('leader');
  const w = await startLeader({ directory: directory.path });
  const store = new HeartbeatStore(w.connection);
  store.tell(...sideBySide(3));
  await w.taken(4);
  const { next } = w.replica;
  const live = new SyncPeer(w.connection, { name: 'live', startIndex: next, as: 'ours', term: 1 });
  await live.first(1);
  // In another life of the leader there was a record of this index, too.
  const other = { startIndex: next, as: 'ours', term: 9 } as const;
  expect(await new SyncPeer(w.connection, { name: 'other', ...other }).end()).toMatchObject({
    code: Status.UNAVAILABLE,
    details: 'term: follower "other" has seen 9, and this leader is in 1; it is going above that',
  });
  expect(w.member.counts().refusals).toEqual([{ reason: 'term', count: 1 }]);
  await until(() => w.replica.term === 10, { deadlineMs: 5_000, describe: 'a term above', everyMs: 1 });
  const back = new SyncPeer(w.connection, { name: 'other', ...other });
  expect(await back.first(2)).toMatchObject([
    { kind: SNAPSHOT, term: 10, previous: firstOfTerm(10), ids: [1, 2, 3] },
    { kind: SNAPSHOT_END, term: 10, startIndex: firstOfTerm(10) },
  ]);
  store.tell({ id: 1, version: 2 });
  expect((await live.first(2))[1]).toMatchObject({
    kind: LIVE,
    term: 10,
    previous: next,
    startIndex: firstOfTerm(10),
    ids: [1],
  });
  const { total } = w.replica.digest;
  await w[Symbol.asyncDispose]();
  await using after = await startLeader({ directory: directory.path });
  expect([after.replica.term, after.replica.digest.total]).toEqual([11, total]);
});

test('a term that would use up the others is not gone above, and its follower is told what to do', async () => {
  await using w = await startLeaderAnywhere();
  const peer = new SyncPeer(w.connection, { name: 'f', startIndex: 0, as: 'ours', term: maxHeardTerm + 1 });
  const { code, details } = await peer.end();
  expect(code).toBe(Status.FAILED_PRECONDITION);
  expect(details).toContain('no leader goes above 65535 for that: reset the follower');
  expect(w.replica.term).toBe(1);
  expect(w.member.counts().refusals).toEqual([{ reason: 'term-beyond', count: 1 }]);
});

test('a leader that starts again has all it had, and begins a term', async () => {
  await using directory = await tempDir('leader');
  const before = await startLeader({ directory: directory.path });
  new HeartbeatStore(before.connection).tell(...sideBySide(7));
  await before.taken(8);
  const digest = before.replica.digest.total;
  await before[Symbol.asyncDispose]();
  await using after = await startLeader({ directory: directory.path });
  expect([after.replica.digest.total, after.replica.next]).toEqual([digest, firstOfTerm(2)]);
  const peer = new SyncPeer(after.connection, { name: 'f', startIndex: firstOfTerm(1) + 8, as: 'ours' });
  expect(await peer.first(1)).toMatchObject([{ kind: IN_SYNC }]);
});

test('a drain takes nothing more, makes what was taken durable, sends it, and ends', async () => {
  await using w = await startLeaderAnywhere();
  const store = new HeartbeatStore(w.connection);
  const peer = new SyncPeer(w.connection, { name: 'f', startIndex: w.replica.next, as: 'ours' });
  await peer.first(1);
  store.tell(...sideBySide(5));
  await until(() => w.leader.intake.counts.received > 5, {
    deadlineMs: 5_000,
    describe: 'all came',
    everyMs: 1,
  });
  const drained = await w.member.drain(AbortSignal.timeout(5_000));
  expect(drained).toEqual({ durable: w.replica.next, streams: 1 });
  expect(await peer.end()).toMatchObject({ code: Status.UNAVAILABLE, details: 'this member is draining' });
  expect(peer.ids).toEqual([1, 2, 3, 4, 5]);
  expect((await store.end()).code).toBe(Status.UNAVAILABLE);
  const late = new SyncPeer(w.connection, { name: 'late', startIndex: 0, as: 'ours' });
  expect(await late.end()).toMatchObject({ code: Status.UNAVAILABLE, details: 'this member is draining' });
  expect(w.member.counts().refusals).toEqual([{ reason: 'closed', count: 1 }]);
  expect(w.member.status()).toMatchObject({ phase: 'draining', ready: false, ledger: { pending: 0 } });
});

test('the regions of an answer and of a frame are the same', async () => {
  await using w = await startLeaderAnywhere();
  new HeartbeatStore(w.connection).tell(...sideBySide(3));
  await w.taken(4);
  const { regionMetas } = await w.connection.client(PDDefinition).scanRegions({ header: { clusterId } });
  const peer = new SyncPeer(w.connection, { name: 'f', startIndex: 0, as: 'pd' });
  await peer.first(1);
  expect(regionMetas.map(({ id }) => Number(id))).toEqual(peer.ids);
});

test('of a disk that goes on refusing, the last refusal is shown', async () => {
  const refusals = ['full', 'still full'];
  await using w = await startLeaderAnywhere({
    beforeAppend: () => {
      const refusal = refusals.shift();
      if (refusal === undefined) return undefined;
      return Promise.reject(new StoreFaultError('append', 'disk-full', 'SQLITE_FULL', refusal));
    },
  });
  const store = new HeartbeatStore(w.connection);
  store.tell(...sideBySide(3));
  await w.taken(4);
  expect(w.member.status().lastError?.message).toContain('still full');
});
