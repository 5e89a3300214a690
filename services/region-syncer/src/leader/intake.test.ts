import { PDDefinition } from '@syncline/proto/pdpb.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
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
