import { ErrorType } from '@syncline/proto/pdpb.ts';
import { Metadata } from 'nice-grpc-common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { each } from './world/each.ts';
import { refusal } from './world/refusal.ts';
import { firstRegion, type ServiceWorld, startLoading, startServices } from './world/service-world.ts';

let leader: ServiceWorld;
let follower: ServiceWorld;

beforeAll(async () => {
  leader = await startServices('leader');
  follower = await startServices('follower');
  follower.member.putPlain([5n, 'a', 'm']);
});

afterAll(async () => {
  await leader[Symbol.asyncDispose]();
  await follower[Symbol.asyncDispose]();
});

type Call = (world: ServiceWorld, header: { clusterId: bigint }, metadata?: Metadata) => Promise<unknown>;

const leaderOnly: [string, Call][] = [
  ['Bootstrap', ({ pd }, header) => pd.bootstrap({ header })],
  ['IsBootstrapped', ({ pd }, header) => pd.isBootstrapped({ header })],
  ['AllocID', ({ pd }, header) => pd.allocID({ header })],
  ['GetClusterConfig', ({ pd }, header) => pd.getClusterConfig({ header })],
  ['PutStore', ({ pd }, header) => pd.putStore({ header })],
  ['GetStore', ({ pd }, header) => pd.getStore({ header })],
  ['GetAllStores', ({ pd }, header) => pd.getAllStores({ header })],
  ['StoreHeartbeat', ({ pd }, header) => pd.storeHeartbeat({ header })],
  ['ReportMinResolvedTS', ({ pd }, header) => pd.reportMinResolvedTS({ header })],
  ['ReportBuckets', ({ pd }, header) => pd.reportBuckets(each([{ header }]))],
];

const reads: [string, Call][] = [
  ['GetRegion', ({ pd }, header, metadata) => pd.getRegion({ header }, optionsOf(metadata))],
  ['GetPrevRegion', ({ pd }, header, metadata) => pd.getPrevRegion({ header }, optionsOf(metadata))],
  ['GetRegionByID', ({ pd }, header, metadata) => pd.getRegionByID({ header }, optionsOf(metadata))],
  ['ScanRegions', ({ pd }, header, metadata) => pd.scanRegions({ header }, optionsOf(metadata))],
  ['BatchScanRegions', ({ pd }, header, metadata) => pd.batchScanRegions({ header }, optionsOf(metadata))],
];

const optionsOf = (metadata: Metadata = Metadata()) => ({ metadata });
const allowFollower = Metadata({ 'pd-allow-follower-handle': '' });

test.each(leaderOnly)('%s: a follower is no leader', async (_, call) => {
  expect(await refusal(call(follower, follower.header, allowFollower))).toBe('UNAVAILABLE: not leader');
});

test.each(reads)('%s: a follower answers only who allows it', async (_, call) => {
  expect(await refusal(call(follower, follower.header))).toBe(
    'UNAVAILABLE: not leader and follower handling not allowed',
  );
});

test.each([...leaderOnly, ...reads])('%s: another cluster is FAILED_PRECONDITION', async (_, call) => {
  const wrong = 'FAILED_PRECONDITION: mismatch cluster id, need 9223372036854775815 but got 8';
  expect(await refusal(call(leader, { clusterId: 8n }))).toBe(wrong);
});

test.each(reads)('%s: another cluster is FAILED_PRECONDITION at a follower, too', async (_, call) => {
  expect(await refusal(call(follower, { clusterId: 0n }, allowFollower))).toBe(
    'FAILED_PRECONDITION: mismatch cluster id, need 9223372036854775815 but got 0',
  );
});

test.each([...leaderOnly.slice(3), ...reads])(
  '%s: before the bootstrap there is a header with an error and the status OK',
  async (_, call) => {
    expect(await call(leader, leader.header)).toMatchObject({
      header: {
        clusterId: leader.member.clusterId,
        error: { type: ErrorType.NOT_BOOTSTRAPPED, message: 'cluster is not bootstrapped' },
      },
    });
  },
);

test.each(reads)('%s: a follower that is not ready sends its caller to the leader', async (_, call) => {
  const { freshness } = follower.member;
  follower.member.freshness = { ...freshness, ready: false, reason: 'snapshot' };
  try {
    expect(await call(follower, follower.header, allowFollower)).toMatchObject({
      header: { error: { type: ErrorType.REGION_NOT_FOUND, message: 'region not found' } },
    });
  } finally {
    follower.member.freshness = freshness;
  }
});

test('a leader that does not lead at this moment answers nothing', async () => {
  leader.member.leads = false;
  try {
    expect(await refusal(leader.pd.allocID({ header: leader.header }))).toBe(
      'UNAVAILABLE: server not started',
    );
    expect(await refusal(leader.pd.getRegion({ header: leader.header }))).toBe(
      'UNAVAILABLE: server not started',
    );
  } finally {
    leader.member.leads = true;
  }
});

test('GetMembers and GetClusterInfo check nothing: the cluster id is learnt from them', async () => {
  for (const world of [leader, follower]) {
    const { clusterId } = world.member;
    const { header, members, leader: leading } = await world.pd.getMembers({});
    expect([header?.clusterId, members[0]?.memberId]).toEqual([clusterId, 2n ** 64n - 1n]);
    expect(members[0]?.binaryVersion).toMatch(/^syncline\//);
    expect(leading?.name).toBe(world === leader ? 'self' : undefined);
    expect((await world.pd.getClusterInfo({})).serviceModes).toEqual([1]);
  }
});

test('a follower that has not heard of its cluster yet says so', async () => {
  const { clusterId } = follower.member;
  follower.member.clusterId = 0n;
  try {
    expect((await follower.pd.getMembers({})).header).toEqual({
      clusterId: 0n,
      error: { type: ErrorType.NOT_BOOTSTRAPPED, message: 'cluster id is not ready' },
    });
  } finally {
    follower.member.clusterId = clusterId;
  }
});

test('a stale answer tells its age, and only who asked for it gets one', async () => {
  const { freshness } = follower.member;
  follower.member.freshness = { ...freshness, ready: false, reason: 'silent' };
  const ages: [string, string][] = [];
  const ask = (metadata: Metadata) =>
    follower.pd.getRegion(
      { header: follower.header, regionKey: Buffer.from('b') },
      { metadata, onHeader: (got) => void ages.push(...ageOf(got)) },
    );
  try {
    const { region } = await ask(Metadata({ 'syncline-allow-stale': 'true' }));
    expect(region?.id).toBe(5n);
    expect(Object.fromEntries(ages)).toEqual({
      'syncline-ready': 'false',
      'syncline-lag-records': '3',
      'syncline-lag-ms': '4',
      'syncline-heard-ms': '5',
    });
    follower.member.freshness = { ...follower.member.freshness, complete: false, reason: 'half a delta' };
    const nothing = await ask(Metadata({ 'syncline-allow-stale': 'true' }));
    expect(nothing.header?.error).toEqual({
      type: ErrorType.REGION_NOT_FOUND,
      message: 'region not found: half a delta',
    });
    expect(await refusal(ask(Metadata({ 'syncline-allow-stale': 'false' })))).toMatch(/^UNAVAILABLE: /);
    expect(await refusal(ask(Metadata({ 'syncline-allow-stale': 'yes' })))).toBe(
      'INVALID_ARGUMENT: metadata syncline-allow-stale "yes": expected true or false',
    );
  } finally {
    follower.member.freshness = freshness;
  }
});

test('what is not known of the age is not told', async () => {
  const { freshness } = follower.member;
  follower.member.freshness = {
    ...freshness,
    lagRecords: undefined,
    lagMs: undefined,
    heardMs: undefined,
  };
  const ages: [string, string][] = [];
  try {
    await follower.pd.getRegion(
      { header: follower.header },
      {
        metadata: Metadata({ 'syncline-allow-stale': 'true' }),
        onHeader: (got) => void ages.push(...ageOf(got)),
      },
    );
    expect(ages).toEqual([['syncline-ready', 'true']]);
  } finally {
    follower.member.freshness = freshness;
  }
});

test.each([
  ['follower', '/pdpb.PD/SyncRegions', 'server not started'],
  ['follower', '/pdpb.PD/RegionHeartbeat', 'not leader'],
  ['leader', '/pdpb.PD/SyncRegions', 'server not started'],
  ['leader', '/pdpb.PD/RegionHeartbeat', 'server not started'],
] as const)('a %s that does not serve %s ends it UNAVAILABLE, never OK', async (role, path, details) => {
  await using world = await startLoading(role);
  if (role === 'follower') world.finishLoading();
  const { connection } = world;
  const ended = await new Promise((resolve) => connection.raw(path).onEnd(resolve));
  expect(ended).toMatchObject({ code: 14, details });
});

test('a bootstrap makes what needs it answer', async () => {
  await using world = await startServices('leader');
  const { pd, header } = world;
  expect((await pd.isBootstrapped({ header })).bootstrapped).toBe(false);
  await pd.bootstrap({ header, store: { id: 1n, address: 's1' }, region: firstRegion });
  expect((await pd.isBootstrapped({ header })).bootstrapped).toBe(true);
  expect(await pd.getClusterConfig({ header })).toEqual({
    header: { clusterId: header.clusterId, error: undefined },
    cluster: { id: header.clusterId, maxPeerCount: 3 },
  });
  expect((await pd.getRegion({ header, regionKey: Buffer.from('x') })).region).toMatchObject(firstRegion);
});

function ageOf(header: Metadata): [string, string][] {
  return [...header]
    .map(([key]) => key)
    .filter((key) => key.startsWith('syncline-'))
    .map((key) => [key, String(header.get(key))]);
}
