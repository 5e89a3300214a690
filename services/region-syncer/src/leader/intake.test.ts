import { PDDefinition, RegionHeartbeatRequest } from '@syncline/proto/pdpb.ts';
import { ServerError, Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import {
  blockShape,
  breakages,
  decodeStrictly,
  heartbeatShape,
  keptOfHeartbeat,
  peerShape,
  peerStatsShape,
} from '../wire/strict.fixture.ts';
import { plainRegion, runOf } from '../wire/wire.fixture.ts';
import { HeartbeatStore, heartbeatOf, type Said, sideBySide } from './world/heartbeats.ts';
import { clusterId, type LeaderWorld, startLeaderAnywhere } from './world/leader-world.ts';

/** The fates of the heartbeats so far; the bootstrap is one that was applied. */
function fates({ member }: LeaderWorld) {
  const { received, applied, superseded, stale, quarantined, pending, dropped } = member.status().ledger;
  expect(applied + superseded + stale + quarantined + pending).toBe(received);
  expect(dropped).toBe(0);
  return { applied, superseded, stale, quarantined };
}

test('what is new becomes a record, what is not is counted', async () => {
  await using w = await startLeaderAnywhere();
  const store = new HeartbeatStore(w.connection);
  store.tell(...sideBySide(3), ...sideBySide(3, 400), ...sideBySide(3, 600));
  await w.taken(10);
  expect(fates(w)).toEqual({ applied: 7, superseded: 3, stale: 0, quarantined: 0 });
});

test('a stale heartbeat is answered in the words of PD, and the stream goes on', async () => {
  await using w = await startLeaderAnywhere();
  const store = new HeartbeatStore(w.connection);
  const [first] = sideBySide(2);
  store.tell(
    ...sideBySide(2),
    { ...(first as Said), version: 1, confVer: 2 },
    { id: 9, start: '00001', version: 1, confVer: 2 },
  );
  expect(await store.answered(2)).toEqual([
    'region is stale: region id:1 region_epoch:<conf_ver:2 version:1 > origin id:1 region_epoch:<conf_ver:1 version:2 >',
    'region is stale: region id:9 region_epoch:<conf_ver:2 version:1 > origin id:2 region_epoch:<conf_ver:1 version:2 >',
  ]);
  expect(store.answers[0]?.header).toMatchObject({ clusterId, error: { type: 1 } });
  store.tell(...sideBySide(2, 5_000));
  await w.taken(7);
  expect(fates(w)).toEqual({ applied: 5, superseded: 0, stale: 2, quarantined: 0 });
  expect(store.ended).toBeUndefined();
});

test('a region that cannot stand is answered, and the stream goes on', async () => {
  await using w = await startLeaderAnywhere();
  const store = new HeartbeatStore(w.connection);
  store.tell({ id: 0, leader: 5 }, { id: 3, start: 'b', end: 'a' }, { id: 1, version: 2 });
  expect(await store.answered(2)).toEqual([
    'invalid request region, region.id: is 0',
    'invalid request region, region.end_key: is not after start_key in region 3',
  ]);
  await w.taken(4);
  expect(fates(w)).toEqual({ applied: 2, superseded: 0, stale: 0, quarantined: 2 });
});

test.each<[string, Uint8Array, Status, string]>([
  [
    'another cluster',
    heartbeatOf({ id: 1 }, 5n),
    Status.FAILED_PRECONDITION,
    `mismatch cluster id, need ${clusterId} but got 5`,
  ],
  [
    'a store that nobody knows',
    heartbeatOf({ id: 1, store: 7 }),
    Status.UNKNOWN,
    'invalid store ID 7, not found',
  ],
  [
    'a region without a leader',
    RegionHeartbeatRequest.encode(
      RegionHeartbeatRequest.fromPartial({ header: { clusterId }, region: plainRegion(1n, '', '') }),
    ).finish(),
    Status.UNKNOWN,
    'invalid store ID 0, not found',
  ],
  [
    'malformed bytes',
    Uint8Array.of(0x12, 5, 1),
    Status.INVALID_ARGUMENT,
    'region: 5 bytes announced, 1 follow',
  ],
])('a heartbeat of %s ends the stream and changes nothing', async (_, message, code, details) => {
  await using w = await startLeaderAnywhere();
  const before = w.replica.next;
  const store = new HeartbeatStore(w.connection);
  store.stream.write(message);
  expect(await store.end()).toMatchObject({ code, details });
  expect([w.replica.next, fates(w).quarantined]).toEqual([before, 1]);
});

/** A heartbeat with everything that a block keeps, and more. */
function fullHeartbeat(): Uint8Array {
  const peer = { id: 2n, storeId: 1n, role: 1, isWitness: true } as const;
  return RegionHeartbeatRequest.encode(
    RegionHeartbeatRequest.fromPartial({
      header: { clusterId, callerId: 'a store' },
      region: {
        ...plainRegion(1n, 'a', 'z'),
        peers: [peer, { ...peer, id: 3n }],
        encryptionMeta: { keyId: 5n, iv: Buffer.from('iv') },
        isInFlashback: true,
        flashbackStartTs: 9n,
      },
      leader: peer,
      downPeers: [{ peer, downSeconds: 5n }],
      pendingPeers: [peer],
      bytesWritten: 4_000n,
      keysRead: 7n,
      approximateSize: 8n,
      interval: { startTimestamp: 1n, endTimestamp: 2n },
      term: 6n,
      bucketMeta: { version: 3n, keys: [Buffer.from('a'), Buffer.from('m'), Buffer.from('z')] },
      traceparent: 'any text',
    }),
  ).finish();
}

test('whatever one field of a heartbeat is broken, it changes nothing, or every decoder takes what it made', async () => {
  await using w = await startLeaderAnywhere();
  const { intake } = w.leader;
  const { regions } = w.replica;
  const refusals = new Set<Status>();
  for (const { bytes, path, by } of breakages(fullHeartbeat(), heartbeatShape)) {
    const before = [w.replica.next, w.member.ailing(1, 0), intake.counts.quarantined + 1];
    let refused: Status | undefined;
    try {
      intake.take(bytes);
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      refused = error.code;
      refusals.add(refused);
      expect([w.replica.next, w.member.ailing(1, 0), intake.counts.quarantined]).toEqual(before);
    }
    fates(w);
    if (by === 'type' && keptOfHeartbeat.includes(path[0] ?? 0))
      expect(refused, path.join('.')).toBe(Status.INVALID_ARGUMENT);
    const { down = [], pending = [] } = w.member.ailing(1, 0) ?? {};
    for (const peer of down) decodeStrictly(peer, peerStatsShape);
    for (const peer of pending) decodeStrictly(peer, peerShape);
    regions.scan(Buffer.of(), Buffer.of(), Number.POSITIVE_INFINITY, (slot) =>
      decodeStrictly(regions.bytes(slot).subarray(regions.start(slot), regions.end(slot)), blockShape),
    );
  }
  expect(intake.take(fullHeartbeat())).toBeUndefined();
  expect(refusals).toContain(Status.INVALID_ARGUMENT);
});

test('a block that would not fit into a frame is refused', async () => {
  await using w = await startLeaderAnywhere({ limits: { blockBytes: 100 } });
  const store = new HeartbeatStore(w.connection);
  store.tell({ id: 1, version: 2, end: 'k'.repeat(100) });
  expect(await store.answered(1)).toEqual([
    expect.stringMatching(/^invalid request region, \d+ bytes are more than 100$/),
  ]);
  expect(fates(w).quarantined).toBe(1);
});

test('a store that says it has nothing more to tell ends its stream well', async () => {
  await using w = await startLeaderAnywhere();
  const store = new HeartbeatStore(w.connection);
  store.tell({ id: 1, version: 2 });
  store.stream.halfClose();
  expect((await store.end()).code).toBe(Status.OK);
  await w.taken(2);
});

test('one stream too many is refused', async () => {
  await using w = await startLeaderAnywhere({ limits: { heartbeatStreams: 1 } });
  const first = new HeartbeatStore(w.connection);
  first.tell({ id: 1, version: 2 });
  await w.taken(2);
  expect((await new HeartbeatStore(w.connection).end()).code).toBe(Status.RESOURCE_EXHAUSTED);
});

test('what the leader of a region complains of is shown while it does, and as long as the region is there', async () => {
  await using w = await startLeaderAnywhere();
  const store = new HeartbeatStore(w.connection);
  const [first, second] = sideBySide(2) as [Said, Said];
  store.tell({ ...first, down: [1_001] }, { ...second, down: [1_002] });
  await w.taken(3);
  const pd = w.connection.client(PDDefinition);
  const { downPeers } = await pd.getRegionByID({ header: { clusterId }, regionId: 1n });
  expect(downPeers).toMatchObject([{ peer: { id: 1_001n }, downSeconds: 5n }]);
  store.tell(first, { ...first, end: '', version: 5 });
  await w.taken(5);
  expect([w.member.ailing(1, 0), w.member.ailing(2, 0)]).toEqual([undefined, undefined]);
});

test('buckets that were reported come with the next heartbeat, and the newest version counts', async () => {
  await using w = await startLeaderAnywhere();
  const store = new HeartbeatStore(w.connection);
  const pd = w.connection.client(PDDefinition);
  const buckets = { regionId: 1n, version: 7n, keys: [Buffer.from('a'), Buffer.from('b')] };
  w.buckets.report({ ...buckets, periodInMs: 0n, stats: undefined });
  const before = w.replica.next;
  store.tell({ id: 1, version: 1 });
  await w.taken(2);
  expect([w.replica.next, w.buckets.size]).toEqual([before + 1, 0]);
  const read = { header: { clusterId }, regionId: 1n, needBuckets: true };
  expect((await pd.getRegionByID(read)).buckets).toMatchObject({ version: 7n, keys: buckets.keys });
  store.tell({ id: 1, version: 1, bucketVersion: 6 }, { id: 1, version: 1, bucketVersion: 8 });
  await w.taken(4);
  expect(w.replica.next).toBe(before + 2);
  expect((await pd.getRegionByID(read)).buckets).toMatchObject({ version: 8n });
});

test('the newest buckets are those that were reported when the heartbeat brings older ones than these', async () => {
  await using w = await startLeaderAnywhere();
  const store = new HeartbeatStore(w.connection);
  const buckets = { regionId: 1n, version: 9n, keys: [Buffer.from('a')] };
  w.buckets.report({ ...buckets, periodInMs: 0n, stats: undefined });
  store.tell({ id: 1, bucketVersion: 8 });
  await w.taken(2);
  expect(await shownBuckets(w)).toMatchObject(buckets);
  expect(w.buckets.size).toBe(0);
});

/** The buckets of region 1 as a client is shown them. */
async function shownBuckets({ connection }: LeaderWorld) {
  const read = { header: { clusterId }, regionId: 1n, needBuckets: true };
  return (await connection.client(PDDefinition).getRegionByID(read)).buckets;
}

/** Keys of so many bytes. */
const keysOf = (bytes: number) => [Buffer.alloc(bytes, 'k')];

test('reported buckets that do not fit with their region are left out of its record, and forgotten', async () => {
  await using w = await startLeaderAnywhere({ limits: { blockBytes: 1_000 } });
  const store = new HeartbeatStore(w.connection);
  const pd = w.connection.client(PDDefinition);
  const report = (version: bigint, bytes: number) =>
    w.buckets.report({ regionId: 1n, version, keys: keysOf(bytes), periodInMs: 0n, stats: undefined });
  report(5n, 1_000);
  store.tell({ id: 1, leader: 2 });
  await w.taken(2);
  expect([await shownBuckets(w), w.buckets.size, w.buckets.forgotten]).toEqual([undefined, 0, 1]);
  report(6n, 100);
  store.tell({ id: 1, leader: 3 });
  await w.taken(3);
  report(7n, 1_000);
  store.tell({ id: 1, leader: 4 });
  await w.taken(4);
  expect(await shownBuckets(w)).toMatchObject({ version: 6n });
  store.tell({ id: 1, leader: 5, end: 'e'.repeat(880), version: 2 });
  await w.taken(5);
  expect(await shownBuckets(w)).toBeUndefined();
  const { leader } = await pd.getRegionByID({ header: { clusterId }, regionId: 1n });
  expect([leader?.id, w.buckets.forgotten]).toEqual([5n, 2]);
  expect(fates(w)).toEqual({ applied: 5, superseded: 0, stale: 0, quarantined: 0 });
  expect(store.answers).toEqual([]);
});

test("a heartbeat's own buckets that do not fit with their region are left out, and its store is told", async () => {
  await using w = await startLeaderAnywhere({ limits: { blockBytes: 1_000 } });
  const store = new HeartbeatStore(w.connection);
  const tell = (version: bigint, bytes: number, leader: bigint) =>
    store.stream.write(
      RegionHeartbeatRequest.encode(
        RegionHeartbeatRequest.fromPartial({
          header: { clusterId },
          region: plainRegion(1n, '', ''),
          leader: { id: leader, storeId: 1n },
          bucketMeta: { version, keys: keysOf(bytes) },
        }),
      ).finish(),
    );
  tell(3n, 100, 2n);
  tell(4n, 1_000, 3n);
  expect(await store.answered(1)).toEqual([
    expect.stringMatching(/^bucket_meta: is left out, \d{4} bytes with it are more than 1000$/),
  ]);
  await w.taken(3);
  expect(await shownBuckets(w)).toMatchObject({ version: 3n });
  expect(fates(w)).toEqual({ applied: 3, superseded: 0, stale: 0, quarantined: 0 });
});

test('a region that is admitted is durable, and counts as one heartbeat', async () => {
  const disk = Promise.withResolvers<void>();
  let isHeld = false;
  await using w = await startLeaderAnywhere({ beforeAppend: () => (isHeld ? disk.promise : undefined) });
  isHeld = true;
  const first = { region: plainRegion(7n, '', ''), stat: undefined, leader: undefined, buckets: undefined };
  const { next } = w.replica;
  const admitted = w.leader.admit(runOf([first])).then(() => w.replica.durable);
  expect([w.replica.next, w.replica.durable]).toEqual([next + 1, next]);
  disk.resolve();
  expect(await admitted).toBe(next + 1);
  expect(fates(w)).toMatchObject({ applied: 2 });
});
