import { connect } from '@syncline/rpc/connect.ts';
import { frame } from '@syncline/rpc/frame.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Metadata, Status } from 'nice-grpc-common';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { each } from './world/each.ts';
import { refusal } from './world/refusal.ts';
import { firstRegion, type ServiceWorld, startLoading, startServices } from './world/service-world.ts';

let leader: ServiceWorld;
let follower: ServiceWorld;

beforeAll(async () => {
  leader = await startServices('leader');
  follower = await startServices('follower');
  const urls = [`http://${leader.address}`, 'http://127.0.0.1:1'];
  leader.member.clientUrls = urls;
  await leader.bootstrap();
});

beforeEach(() => {
  follower.member.leader = leader.member.roster.leader;
});

afterAll(async () => {
  await follower[Symbol.asyncDispose]();
  await leader[Symbol.asyncDispose]();
});

/** The options of a call whose caller wants the member at `host` to answer. */
const forwardedTo = (host: string) => ({ metadata: Metadata({ 'pd-forwarded-host': host }) });

type Options = ReturnType<typeof forwardedTo>;
type Call = (world: ServiceWorld, options: Options) => Promise<unknown>;

const routed: [string, Call][] = [
  ['IsBootstrapped', ({ pd, header }, options) => pd.isBootstrapped({ header }, options)],
  ['GetClusterConfig', ({ pd, header }, options) => pd.getClusterConfig({ header }, options)],
  [
    'PutStore',
    ({ pd, header }, options) => pd.putStore({ header, store: { id: 1n, address: 's1' } }, options),
  ],
  ['GetStore', ({ pd, header }, options) => pd.getStore({ header, storeId: 1n }, options)],
  ['GetAllStores', ({ pd, header }, options) => pd.getAllStores({ header }, options)],
  [
    'StoreHeartbeat',
    ({ pd, header }, options) => pd.storeHeartbeat({ header, stats: { storeId: 1n } }, options),
  ],
  [
    'ReportMinResolvedTS',
    ({ pd, header }, options) => pd.reportMinResolvedTS({ header, storeId: 1n }, options),
  ],
  ['ReportBuckets', ({ pd, header }, options) => pd.reportBuckets(each([{ header }, { header }]), options)],
  ['GetRegion', ({ pd, header }, options) => pd.getRegion({ header, regionKey: Buffer.from('a') }, options)],
  ['GetPrevRegion', ({ pd, header }, options) => pd.getPrevRegion({ header }, options)],
  ['GetRegionByID', ({ pd, header }, options) => pd.getRegionByID({ header, regionId: 1n }, options)],
  ['ScanRegions', ({ pd, header }, options) => pd.scanRegions({ header }, options)],
  ['BatchScanRegions', ({ pd, header }, options) => pd.batchScanRegions({ header, ranges: [{}] }, options)],
];

test.each(routed)(
  '%s: a follower passes it on to the leader that is named, whose answer it gives',
  async (_, call) => {
    const before = follower.lines.forwarded;
    const direct = await call(leader, { metadata: Metadata() });
    expect(await call(follower, forwardedTo(`http://${leader.address}`))).toEqual(direct);
    expect(follower.lines.forwarded).toBe(before + 1);
  },
);

test('ids that are asked for in both ways are given out once, and a bootstrap is told what the leader tells', async () => {
  const { pd, header } = follower;
  const options = forwardedTo(`https://${leader.address}`);
  const [one, two] = [await pd.allocID({ header }, options), await leader.pd.allocID({ header })];
  expect(two.id).toBe(one.id + 1n);
  const again = await pd.bootstrap(
    { header, store: { id: 1n, address: 's1' }, region: firstRegion },
    options,
  );
  expect(again.header?.error?.message).toBe('cluster is already bootstrapped');
});

test('the leader’s refusal comes back in its words', async () => {
  const options = forwardedTo(`http://${leader.address}`);
  expect(await refusal(follower.pd.allocID({ header: { clusterId: 8n } }, options))).toBe(
    'FAILED_PRECONDITION: mismatch cluster id, need 9223372036854775815 but got 8',
  );
});

test('GetMembers and GetClusterInfo are answered where they are asked', async () => {
  const options = forwardedTo(`http://${leader.address}`);
  const { members } = await follower.pd.getMembers({}, options);
  expect(members[0]?.clientUrls).toEqual(follower.member.clientUrls);
  expect((await follower.pd.getClusterInfo({}, forwardedTo('nowhere'))).serviceModes).toEqual([1]);
});

test.each(['http://127.0.0.1:2', 'leader', 'http://', 'http://127.0.0.1', '127.0.0.1:1', 'unix:/tmp/leader'])(
  'a host %s that is not the leader’s is INVALID_ARGUMENT, and nothing is called',
  async (host) => {
    const before = follower.lines.forwarded;
    const words = `INVALID_ARGUMENT: forwarded host ${JSON.stringify(host)} is not a client URL of the PD leader: pd is not leader of cluster`;
    const { header } = follower;
    expect(await refusal(follower.pd.allocID({ header }, forwardedTo(host)))).toBe(words);
    expect(await refusal(leader.pd.allocID({ header }, forwardedTo(host.replace(':1', ':9'))))).toMatch(
      /^INVALID_ARGUMENT: forwarded host /,
    );
    const ended = streamEnd(follower, host);
    expect(await ended).toMatchObject({ code: Status.INVALID_ARGUMENT });
    expect(follower.lines.forwarded).toBe(before);
  },
);

test('a follower that is named itself does not lead', async () => {
  const { header, member } = follower;
  const own = 'http://127.0.0.1:77';
  member.clientUrls = [own];
  expect(await refusal(follower.pd.allocID({ header }, forwardedTo(own)))).toMatch(/^INVALID_ARGUMENT: /);
});

test('a leader that is named answers itself, and so does one that is asked for nobody', async () => {
  const { header } = leader;
  const { id } = await leader.pd.allocID({ header }, forwardedTo(`http://${leader.address}`));
  expect((await leader.pd.allocID({ header }, forwardedTo(''))).id).toBe(id + 1n);
  expect(leader.lines.forwarded).toBe(0);
  expect(await refusal(follower.pd.allocID({ header }, forwardedTo('')))).toBe('UNAVAILABLE: not leader');
});

test('while no leader is known a call for it is UNAVAILABLE', async () => {
  follower.member.leader = undefined;
  const { header } = follower;
  const options = forwardedTo(`http://${leader.address}`);
  expect(await refusal(follower.pd.allocID({ header }, options))).toBe('UNAVAILABLE: not leader');
  await using loading = await startLoading('leader');
  expect(await refusal(loading.pd.allocID({ header }, options))).toBe('UNAVAILABLE: server not started');
});

test('a leader that cannot be reached is UNAVAILABLE', async () => {
  const { header } = follower;
  expect(await refusal(follower.pd.allocID({ header }, forwardedTo('http://127.0.0.1:1')))).toMatch(
    /^UNAVAILABLE: /,
  );
});

test('the line to one who leads no more is closed at the next call, with what hangs on it', async () => {
  await using old = await startServices('leader');
  const reached = Promise.withResolvers<AbortSignal>();
  old.serving.lead(old.member, old.leading, {
    regionHeartbeat: (call) => reached.resolve(call.signal),
    syncRegions: (call) => call.end(Status.UNIMPLEMENTED, ''),
  });
  follower.member.leader = { name: 'old', memberId: 3n, clientUrls: [`http://${old.address}`] };
  const ended = streamEnd(follower, `http://${old.address}`);
  const signal = await reached.promise;
  follower.member.leader = leader.member.roster.leader;
  await follower.pd.allocID({ header: follower.header }, forwardedTo(`http://${leader.address}`));
  expect(await ended).toMatchObject({ code: Status.UNAVAILABLE });
  await until(() => signal.aborted, {
    deadlineMs: 5_000,
    describe: 'the end of the stream at the old leader',
  });
});

test('RegionHeartbeat is passed on both ways, SyncRegions is not', async () => {
  leader.serving.lead(leader.member, leader.leading, {
    regionHeartbeat: (call) => {
      call.onMessage((message) => call.writeFramed(frame(message)));
      call.onHalfClose(() => call.end(Status.OK, ''));
    },
    syncRegions: (call) => call.end(Status.INTERNAL, 'never to be seen'),
  });
  const options = forwardedTo(`http://${leader.address}`);
  const stream = follower.connection.raw('/pdpb.PD/RegionHeartbeat', options);
  const echoed = new Promise<Buffer>((resolve) => stream.onMessage(resolve));
  const ended = new Promise((resolve) => stream.onEnd(resolve));
  stream.write(Buffer.from('a heartbeat'));
  stream.halfClose();
  expect((await echoed).toString()).toBe('a heartbeat');
  expect(await ended).toMatchObject({ code: Status.OK });
  const sync = follower.connection.raw('/pdpb.PD/SyncRegions', options);
  expect(await new Promise((resolve) => sync.onEnd(resolve))).toMatchObject({
    code: Status.UNAVAILABLE,
    details: 'server not started',
  });
});

test('a caller’s own name and password are what the leader is told', async () => {
  const reached = Promise.withResolvers<Metadata>();
  leader.serving.lead(leader.member, leader.leading, {
    regionHeartbeat: (call) => {
      reached.resolve(call.metadata);
      call.end(Status.OK, '');
    },
    syncRegions: (call) => call.end(Status.UNIMPLEMENTED, ''),
  });
  const identity = { kind: 'password', username: 'store', password: 'secret' } as const;
  using caller = connect(follower.address, { security: { kind: 'plaintext' }, identity });
  caller.raw('/pdpb.PD/RegionHeartbeat', forwardedTo(`http://${leader.address}`));
  const told = await reached.promise;
  expect([told.get('username'), told.get('password'), told.has('pd-forwarded-host')]).toEqual([
    'store',
    'secret',
    false,
  ]);
});

function streamEnd({ connection }: ServiceWorld, host: string): Promise<unknown> {
  const stream = connection.raw('/pdpb.PD/RegionHeartbeat', forwardedTo(host));
  return new Promise((resolve) => stream.onEnd(resolve));
}
