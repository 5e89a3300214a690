import { Peer, Region } from '@syncline/proto/metapb.ts';
import { ErrorType, PeerStats } from '@syncline/proto/pdpb.ts';
import fc from 'fast-check';
import { Metadata } from 'nice-grpc-common';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { anyCarried, goodRegion } from '../wire/wire.fixture.ts';
import { each } from './world/each.ts';
import { refusal } from './world/refusal.ts';
import { type ServiceWorld, startServices } from './world/service-world.ts';

const key = (text: string) => Buffer.from(text);
const peer = (id: bigint) => ({ id, storeId: 1n, role: 0 as const, isWitness: false });
const allowFollower = { metadata: Metadata({ 'pd-allow-follower-handle': 'true' }) };

let leader: ServiceWorld;
let follower: ServiceWorld;

beforeAll(async () => {
  leader = await startServices('leader', 64 * 1024);
  follower = await startServices('follower');
  await leader.bootstrap();
});

afterAll(async () => {
  await leader[Symbol.asyncDispose]();
  await follower[Symbol.asyncDispose]();
});

/** Regions [b, d), [d, f), [h, k), [k, end): nothing before b, and a hole from f to h. */
beforeEach(() => {
  for (const { member } of [leader, follower]) {
    member.replace([3n, 'b', 'd'], [5n, 'd', 'f'], [7n, 'h', 'k'], [9n, 'k', '']);
    member.ails.clear();
  }
});

const ids = ({ regions }: { readonly regions: readonly { readonly region: { id: bigint } | undefined }[] }) =>
  regions.map(({ region }) => region?.id);

test.each([
  ['b', 3n],
  ['c', 3n],
  ['d', 5n],
  ['e', 5n],
  ['k', 9n],
  ['zzz', 9n],
])('the key %s is in region %d', async (regionKey, id) => {
  const { pd, header } = leader;
  const answer = await pd.getRegion({ header, regionKey: key(regionKey) });
  expect(answer).toMatchObject({ header: { error: undefined }, region: { id }, leader: peer(11n) });
});

test.each(['', 'a', 'f', 'g'])('no region has the key "%s": a header alone', async (regionKey) => {
  const { pd, header } = leader;
  const answer = await pd.getRegion({ header, regionKey: key(regionKey) });
  expect([answer.header?.error, answer.region, answer.leader]).toEqual([undefined, undefined, undefined]);
});

test.each([
  ['d', 3n],
  ['z', 7n],
  ['b', undefined],
  ['h', undefined],
  ['g', undefined],
])('the left neighbour of the region with the key %s is %s', async (regionKey, id) => {
  const { pd, header } = leader;
  expect((await pd.getPrevRegion({ header, regionKey: key(regionKey) })).region?.id).toBe(id);
});

test('a region is found by its id, of all 64 bits', async () => {
  const { pd, header, member } = leader;
  const largest = 2n ** 64n - 2n;
  member.putPlain([largest, '0', '1']);
  expect((await pd.getRegionByID({ header, regionId: largest })).region?.startKey).toEqual(key('0'));
  expect((await pd.getRegionByID({ header, regionId: 5n })).region?.endKey).toEqual(key('f'));
  expect((await pd.getRegionByID({ header, regionId: 6n })).region).toBeUndefined();
});

test('a follower that has no such region says REGION_NOT_FOUND, also for an empty scan', async () => {
  const { pd, header } = follower;
  const range = { startKey: key('f'), endKey: key('g') };
  const answers = [
    await pd.getRegion({ header, regionKey: key('g') }, allowFollower),
    await pd.getPrevRegion({ header, regionKey: key('b') }, allowFollower),
    await pd.getRegionByID({ header, regionId: 6n }, allowFollower),
    await pd.scanRegions({ header, ...range }, allowFollower),
    await pd.batchScanRegions({ header, ranges: [range] }, allowFollower),
  ];
  for (const answer of answers) {
    expect(answer.header?.error).toEqual({
      type: ErrorType.REGION_NOT_FOUND,
      message: 'region not found',
    });
  }
  expect((await pd.getRegion({ header, regionKey: key('e') }, allowFollower)).region?.id).toBe(5n);
});

test.each([
  ['', '', 0, [3n, 5n, 7n, 9n]],
  ['', '', -1, [3n, 5n, 7n, 9n]],
  ['', '', 2, [3n, 5n]],
  ['c', 'h', 0, [3n, 5n]],
  ['c', 'i', 0, [3n, 5n, 7n]],
  ['d', 'd', 0, []],
  ['e', 'e', 0, [5n]],
  ['f', 'h', 0, []],
  ['l', '', 9, [9n]],
])('a scan of ["%s", "%s") with limit %d has the regions %s', async (start, end, limit, expected) => {
  const { pd, header } = leader;
  const request = { header, startKey: key(start), endKey: key(end), limit };
  const answer = await pd.scanRegions(request);
  expect(ids(answer)).toEqual(expected);
  expect(answer.regionMetas).toEqual(answer.regions.map(({ region }) => region));
  expect(answer.leaders).toEqual(answer.regions.map((region) => region.leader));
  const range = { startKey: key(start), endKey: key(end) };
  expect(ids(await pd.batchScanRegions({ header, limit, ranges: [range] }))).toEqual(expected);
});

test('a leader that is not known is nothing of one region, and an empty peer in a list', async () => {
  const { pd, header, member } = leader;
  const [region] = (await pd.scanRegions({ header, limit: 1 })).regionMetas;
  if (region === undefined) throw new Error('nothing was scanned');
  member.put({ region, stat: undefined, leader: undefined, buckets: undefined });
  expect((await pd.getRegionByID({ header, regionId: 3n })).leader).toBeUndefined();
  const scanned = await pd.scanRegions({ header, limit: 1 });
  expect([scanned.leaders[0], scanned.regions[0]?.leader]).toEqual([peer0(), peer0()]);
  expect((await pd.batchScanRegions({ header, limit: 1, ranges: [{}] })).regions[0]?.leader).toEqual(peer0());
});

const peer0 = () => ({ ...peer(0n), storeId: 0n });

test('several ranges: adjacent ones are one, and a region that two of them share comes once', async () => {
  const { pd, header } = leader;
  const scan = async (limit: number, ...ranges: readonly (readonly [string, string])[]) =>
    ids(
      await pd.batchScanRegions({
        header,
        limit,
        ranges: ranges.map(([start, end]) => ({ startKey: key(start), endKey: key(end) })),
      }),
    );
  expect(await scan(0, ['b', 'c'], ['c', 'e'])).toEqual([3n, 5n]);
  expect(await scan(0, ['b', 'bb'], ['c', 'cc'], ['e', 'h'], ['i', ''])).toEqual([3n, 5n, 7n, 9n]);
  expect(await scan(2, ['b', 'bb'], ['c', 'cc'], ['e', 'h'], ['i', ''])).toEqual([3n, 5n]);
  expect(await scan(3, ['b', 'c'], ['e', 'i'])).toEqual([3n, 5n, 7n]);
  expect(await scan(0)).toEqual([]);
});

test.each([
  ['overlapping', [['b', 'd'] as const, ['c', 'e'] as const], 'invalid key range, ranges overlapped'],
  ['descending', [['d', 'e'] as const, ['a', 'b'] as const], 'invalid key range, ranges overlapped'],
  [
    'behind one without an end',
    [['a', ''] as const, ['b', 'c'] as const],
    'invalid key range, ranges overlapped',
  ],
  ['backwards', [['d', 'b'] as const], 'invalid key range, start key > end key'],
])('ranges that are %s are refused as a whole', async (_, ranges, message) => {
  const { pd, header } = leader;
  const answer = await pd.batchScanRegions({
    header,
    ranges: ranges.map(([start, end]) => ({ startKey: key(start), endKey: key(end) })),
  });
  expect(answer).toMatchObject({ header: { error: { type: ErrorType.UNKNOWN, message } }, regions: [] });
});

test.each([
  ['b', 'f', 0, ''],
  ['i', '', 0, ''],
  ['b', 'g', 2, ''],
  ['b', 'g', 0, 'in the last, the last scanned region is [64, 66), [66, 67) is missing'],
  ['b', 'j', 0, 'between region[64, 66) and region[68, 6b)'],
  ['', 'c', 0, 'between region[, ) and region[62, 64)'],
  ['f', 'g', 0, 'in the last, the last scanned region is [, 66), [66, 67) is missing'],
])('["%s", "%s") with limit %d has the hole "%s"', async (start, end, limit, hole) => {
  const { pd, header } = leader;
  const range = { startKey: key(start), endKey: key(end) };
  const answer = await pd.batchScanRegions({ header, limit, ranges: [range], containAllKeyRange: true });
  if (hole === '') {
    expect(answer.header?.error).toBeUndefined();
    expect(answer.regions.length).toBeGreaterThan(0);
    return;
  }
  const { type, message } = answer.header?.error ?? { type: 0, message: '' };
  expect([type, answer.regions]).toEqual([ErrorType.REGIONS_NOT_CONTAIN_ALL_KEY_RANGE, []]);
  expect(message).toMatch(/^\[PD:region:ErrRegionNotAdjacent\]key range\[/);
  expect(message.endsWith(`found a hole region ${hole}`)).toBe(true);
});

test('down and pending peers are shown by the leader that heard of them', async () => {
  const { pd, header, member } = leader;
  const down = { peer: peer(11n), downSeconds: 300n };
  member.ails.set(3, {
    down: [PeerStats.encode(down).finish()],
    pending: [Peer.encode(peer(12n)).finish(), Peer.encode(peer(13n)).finish()],
  });
  const ailing = { downPeers: [down], pendingPeers: [peer(12n), peer(13n)] };
  expect(await pd.getRegionByID({ header, regionId: 3n })).toMatchObject(ailing);
  expect((await pd.scanRegions({ header, limit: 1 })).regions[0]).toMatchObject(ailing);
  expect(await pd.getRegionByID({ header, regionId: 5n })).toMatchObject({ downPeers: [], pendingPeers: [] });
});

test('buckets are the newest that are known, for who asks the leader for them', async () => {
  const { pd, header, member } = leader;
  const [region] = (await pd.scanRegions({ header, limit: 1 })).regionMetas;
  if (region === undefined) throw new Error('nothing was scanned');
  const buckets = (version: bigint, ...keys: readonly string[]) => ({
    regionId: 3n,
    version,
    keys: keys.map(key),
    stats: undefined,
    periodInMs: 0n,
  });
  const inBlock = { region, stat: undefined, leader: undefined, buckets: buckets(4n, 'b', 'd') };
  member.put(inBlock);
  follower.member.put(inBlock);
  const ask = async (needBuckets: boolean) =>
    (await pd.getRegionByID({ header, regionId: 3n, needBuckets })).buckets;
  expect(await ask(true)).toEqual(buckets(4n, 'b', 'd'));
  expect(await ask(false)).toBeUndefined();

  const report = async (...reports: readonly ReturnType<typeof buckets>[]) =>
    pd.reportBuckets(
      each(reports.map((one) => ({ header, buckets: { ...one, stats: { readBytes: [1n] } } }))),
    );
  expect((await report(buckets(4n, 'x'), buckets(3n, 'y'))).header?.error).toBeUndefined();
  expect(await ask(true)).toEqual(buckets(4n, 'b', 'd'));
  await report(buckets(5n, 'b', 'c', 'd'), buckets(9n));
  expect(await ask(true)).toEqual(buckets(5n, 'b', 'c', 'd'));
  const scanned = await pd.batchScanRegions({ header, ranges: [{}], limit: 1, needBuckets: true });
  expect(scanned.regions[0]?.buckets).toEqual(buckets(5n, 'b', 'c', 'd'));

  const asked = { header: follower.header, regionId: 3n, needBuckets: true };
  expect((await follower.pd.getRegionByID(asked, allowFollower)).buckets).toBeUndefined();
});

test('a scan that does not fit is RESOURCE_EXHAUSTED and names its bound', async () => {
  const { pd, header, member } = leader;
  const text = (at: number) => `x${String(at).padStart(6, '0')}`;
  for (let i = 0; i < 2_000; i += 1) member.putPlain([BigInt(100 + i), text(i), text(i + 1)]);
  expect(await refusal(pd.scanRegions({ header }))).toMatch(
    /^RESOURCE_EXHAUSTED: \d+ regions are all that fit into 65536 bytes \(SYNCLINE_REGION_SYNCER_SCAN_SIZE\)/,
  );
  expect(await refusal(pd.batchScanRegions({ header, ranges: [{}] }))).toMatch(/^RESOURCE_EXHAUSTED: /);
  expect((await pd.scanRegions({ header, limit: 300 })).regions).toHaveLength(300);
});

test('law: a region is answered as it was sent, whatever it holds', async () => {
  const { pd, header, member } = leader;
  await fc.assert(
    fc.asyncProperty(anyCarried(goodRegion), async (carried) => {
      member.put(carried);
      const { region, leader: led } = carried;
      const answer = await pd.getRegionByID({ header, regionId: region.id });
      expect(Region.encode(Region.fromPartial(answer.region ?? {})).finish()).toEqual(
        Region.encode(region).finish(),
      );
      expect(answer.leader).toEqual(led);
    }),
    { numRuns: 50 },
  );
});
