import { until } from '@syncline/testkit/wait.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { firstOfTerm } from '../log/index.ts';
import { retryAfterKey } from './stream-ends.ts';
import { HeartbeatStore, sideBySide } from './world/heartbeats.ts';
import { clusterId, type LeaderWorld, startLeaderAnywhere } from './world/leader-world.ts';
import { type PeerOptions, requestOf, SyncPeer } from './world/sync-peer.ts';

const good: PeerOptions = { name: 'f', startIndex: 0, as: 'ours' };

/** A stream that begins with these messages. */
function raw(w: LeaderWorld, ...messages: readonly Uint8Array[]): SyncPeer {
  return new SyncPeer(w.connection, messages);
}

async function ends(w: LeaderWorld, count: number): Promise<Record<string, number>> {
  await until(() => w.member.counts().streamEnds.reduce((sum, { count: n }) => sum + n, 0) >= count, {
    deadlineMs: 5_000,
    describe: `${count} streams have ended`,
    everyMs: 1,
  });
  return Object.fromEntries(w.member.counts().streamEnds.map(({ reason, count: n }) => [reason, n]));
}

test.each<[string, number, string]>([
  ['no index', 0, 'zero'],
  ['an index that is past the leader', firstOfTerm(5), 'ahead'],
  ['a position that is left over from a snapshot', 1_000, 'positional'],
  ['an index beyond 2^53', Number.MAX_SAFE_INTEGER, 'ahead'],
])('%s is answered by a snapshot, and counted for what it is', async (_, startIndex, reason) => {
  await using w = await startLeaderAnywhere();
  for (const as of ['ours', 'pd'] as const) {
    const peer = new SyncPeer(w.connection, { ...good, startIndex, as, name: as });
    expect((await peer.first(1))[0]?.ids).toEqual([1]);
  }
  expect(w.member.counts().joins).toEqual([{ tier: 'snapshot', reason, count: 2 }]);
});

test('what cannot be a request is refused in words', async () => {
  await using w = await startLeaderAnywhere();
  const refusals: readonly [Uint8Array, Status, string][] = [
    [
      requestOf({ ...good, clusterId: 5n }),
      Status.FAILED_PRECONDITION,
      `mismatch cluster id, need ${clusterId} but got 5`,
    ],
    [requestOf({ ...good, name: '', as: 'pd' }), Status.INVALID_ARGUMENT, 'member.name: is empty'],
    [
      requestOf({ ...good, clientUrls: [], as: 'pd' }),
      Status.INVALID_ARGUMENT,
      'member.client_urls: of f are none',
    ],
    [new Uint8Array(0), Status.INVALID_ARGUMENT, 'member: is missing'],
    [Uint8Array.of(0x12, 9, 1), Status.INVALID_ARGUMENT, 'request: '],
  ];
  for (const [message, code, details] of refusals) {
    const { code: seen, details: words } = await raw(w, message).end();
    expect([seen, words.startsWith(details)], words).toEqual([code, true]);
  }
  expect(w.member.status().streams).toEqual([]);
  expect(w.member.counts().refusals).toEqual([
    { reason: 'cluster', count: 1 },
    { reason: 'request', count: 4 },
  ]);
});

test('a second message means nothing, and is counted', async () => {
  await using w = await startLeaderAnywhere();
  const peer = raw(w, requestOf(good), requestOf({ ...good, clusterId: 5n }));
  await peer.first(2);
  const refusals = await until(() => w.member.counts().refusals, {
    deadlineMs: 5_000,
    describe: 'it is counted',
    accept: ({ length }) => length > 0,
    everyMs: 1,
  });
  expect([refusals, peer.ended]).toEqual([[{ reason: 'surplus', count: 1 }], undefined]);
});

test('a stream that does not say what it wants ends', async () => {
  await using w = await startLeaderAnywhere({ limits: { stallMs: 50 } });
  expect(await raw(w).end()).toMatchObject({ code: Status.DEADLINE_EXCEEDED });
  expect(w.member.counts().refusals).toEqual([{ reason: 'silent', count: 1 }]);
});

test('one follower too many is refused, one that comes back is not', async () => {
  await using w = await startLeaderAnywhere({ limits: { streams: 2 } });
  const first = new SyncPeer(w.connection, { ...good, name: 'a' });
  await first.first(1);
  await new SyncPeer(w.connection, { ...good, name: 'b' }).first(1);
  const refused = await new SyncPeer(w.connection, { ...good, name: 'c' }).end();
  expect(refused).toMatchObject({ code: Status.RESOURCE_EXHAUSTED });
  expect(w.member.counts().refusals).toEqual([{ reason: 'streams', count: 1 }]);
  await new SyncPeer(w.connection, { ...good, name: 'a' }).first(1);
  expect(await first.end()).toMatchObject({
    code: Status.UNAVAILABLE,
    details: 'a newer stream has this name',
  });
});

test('the newest stream of a name lasts, until they replace each other too often', async () => {
  await using w = await startLeaderAnywhere({ limits: { evictions: 2, evictionWindowMs: 60_000 } });
  const peers: SyncPeer[] = [];
  for (let i = 0; i < 3; i += 1) {
    const peer = new SyncPeer(w.connection, good);
    await peer.first(1);
    peers.push(peer);
  }
  const { code, details, trailer } = await new SyncPeer(w.connection, good).end();
  expect(code).toBe(Status.UNAVAILABLE);
  expect(details).toContain('name "f": it has a stream');
  expect(Number(trailer.get(retryAfterKey))).toBeGreaterThan(50_000);
  expect([await ends(w, 2), peers[2]?.ended]).toEqual([{ replaced: 2 }, undefined]);
  expect(w.member.counts().refusals).toEqual([{ reason: 'twin', count: 1 }]);
});

test('a follower that takes nothing is given up, and what it held is free again', async () => {
  await using w = await startLeaderAnywhere({
    limits: { stallMs: 100, snapshotFrame: { records: 50, bytes: 1 << 16 } },
  });
  const store = new HeartbeatStore(w.connection);
  store.tell(...sideBySide(6_000));
  await w.taken(6_001);
  const peer = raw(w);
  peer.stream.pause();
  peer.stream.write(requestOf(good));
  await until(() => w.member.status().streams[0]?.blockedMs ?? 0, {
    deadlineMs: 5_000,
    describe: 'the stream is blocked',
    everyMs: 1,
  });
  const queued = w.member.status().streams[0]?.queuedBytes ?? 0;
  expect(queued).toBeLessThanOrEqual(2 * (1 << 16) + 100);
  expect(await ends(w, 1)).toEqual({ stalled: 1 });
  expect(w.member.counts().pumpBlockedSeconds).toBeGreaterThan(0);
  const next = new SyncPeer(w.connection, { ...good, name: 'g' });
  await until(() => next.ids.length === 6_000, {
    deadlineMs: 5_000,
    describe: 'the next one has all',
    everyMs: 1,
  });
});

test('snapshots are sent one after the other, and too long a queue is refused', async () => {
  await using w = await startLeaderAnywhere({
    limits: {
      snapshots: 1,
      snapshotQueue: 1,
      keepaliveMs: 50,
      snapshotFrame: { records: 50, bytes: 1 << 16 },
    },
  });
  new HeartbeatStore(w.connection).tell(...sideBySide(6_000));
  await w.taken(6_001);
  const slow = raw(w);
  slow.stream.pause();
  slow.stream.write(requestOf({ ...good, name: 'slow' }));
  await until(() => w.member.status().streams[0]?.blockedMs ?? 0, {
    deadlineMs: 5_000,
    describe: 'the first is blocked',
    everyMs: 1,
  });
  const waiting = new SyncPeer(w.connection, { ...good, name: 'waiting' });
  expect(await waiting.first(1)).toMatchObject([{ startIndex: 0, previous: 0, ids: [] }]);
  const refused = await new SyncPeer(w.connection, { ...good, name: 'late', as: 'pd' }).end();
  expect(refused.details).toBe('1 snapshots are being sent and 1 followers wait for theirs');
  expect([refused.code, refused.trailer.get(retryAfterKey)]).toEqual([Status.UNAVAILABLE, '5']);
  slow.stream.cancel();
  await until(() => waiting.ids.length === 6_000, {
    deadlineMs: 5_000,
    describe: 'the second has all',
    everyMs: 1,
  });
  expect(w.member.counts().snapshots.count).toBe(1);
});

test('a stop ends followers that read and followers that do not, within its bound', async () => {
  await using w = await startLeaderAnywhere({
    limits: { snapshotFrame: { records: 50, bytes: 1 << 16 } },
  });
  new HeartbeatStore(w.connection).tell(...sideBySide(6_000));
  await w.taken(6_001);
  const stalled = raw(w);
  stalled.stream.pause();
  stalled.stream.write(requestOf(good));
  const reading = new SyncPeer(w.connection, { ...good, name: 'g', startIndex: w.replica.next });
  await reading.first(1);
  await until(() => w.member.status().streams.some(({ blockedMs }) => blockedMs > 0), {
    deadlineMs: 5_000,
    describe: 'one is blocked',
    everyMs: 1,
  });
  const began = performance.now();
  await w.stop();
  expect(performance.now() - began).toBeLessThan(3_000);
  expect((await reading.end()).code).toBe(Status.UNAVAILABLE);
  expect(w.member.status().streams).toEqual([]);
});
