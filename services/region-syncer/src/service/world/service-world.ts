// For tests of the services: all of them on a real port, over a real tree and a real store.

import { PDDefinition } from '@syncline/proto/pdpb.ts';
import { RegionServiceDefinition } from '@syncline/proto/region.ts';
import { type Connection, connect } from '@syncline/rpc/connect.ts';
import type { RawCall } from '@syncline/rpc/raw-call.ts';
import { serveForTest } from '@syncline/rpc/serve.fixture.ts';
import { systemClock } from '@syncline/runtime/clock.ts';
import { seededRng } from '@syncline/runtime/rng.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { Status } from 'nice-grpc-common';
import { Cluster } from '../../cluster/cluster.ts';
import { Identity } from '../../cluster/identity.ts';
import { ReportedBuckets } from '../../cluster/reported-buckets.ts';
import { openRegionStore, type RegionStoreThread } from '../../store/open-region-store.ts';
import { storeOptions } from '../../store/store.fixture.ts';
import { LeaderLines } from '../leader-lines.ts';
import { LoadingMember } from '../loading-member.ts';
import type { Role } from '../member-status.ts';
import { pdBindings } from '../pd-bindings.ts';
import type { Leading } from '../pd-parts.ts';
import { regionServiceBinding } from '../region-service.ts';
import { Serving } from '../serving.ts';
import { WorldMember } from './world-member.ts';

export interface ServiceWorld extends AsyncDisposable {
  readonly member: WorldMember;
  readonly serving: Serving;
  /** Shown instead of `member` until finishLoading(). */
  readonly loading: LoadingMember;
  finishLoading(): void;
  /** What a leader has; throws for a follower. */
  readonly leading: Leading;
  /** Where calls are passed on. */
  readonly lines: LeaderLines;
  readonly connection: Connection;
  readonly address: string;
  readonly pd: ReturnType<typeof pdClient>;
  readonly region: ReturnType<typeof regionClient>;
  /** The header that requests need. */
  readonly header: { readonly clusterId: bigint };
  /** Bootstraps the cluster with store 1 and region 1. */
  bootstrap(): Promise<void>;
}

/** Serves a member of this role that has been loaded; `scanBytes` bounds its scans. */
export async function startServices(role: Role, scanBytes = 1 << 20): Promise<ServiceWorld> {
  const world = await startLoading(role, scanBytes);
  world.finishLoading();
  return world;
}

/** Serves a member of this role that reads its disk. */
export async function startLoading(role: Role, scanBytes = 1 << 20): Promise<ServiceWorld> {
  const stack = new AsyncDisposableStack();
  const member = new WorldMember(role);
  const directory = stack.use(await tempDir('region-services'));
  const options = { ...storeOptions(directory.path), failpoints: '' };
  const store = stack.use(
    await openRegionStore(options, 10_000, (error) => {
      throw error;
    }),
  );
  const wanted = { clusterId: member.clusterId, memberId: undefined, name: undefined };
  const identity = new Identity(wanted, undefined, store, seededRng(1));
  const loading = new LoadingMember(role, identity, { pageBytes: 1 << 16, sparePages: 1, tombstones: 1 });
  const serving = new Serving(loading, { scanBytes, maxReplicas: 3 });
  const lines = stack.use(new LeaderLines(serving, (at) => connect(at, { security: { kind: 'plaintext' } })));
  const leading = role === 'leader' ? await lead(member, store) : undefined;
  const server = stack.use(
    await serveForTest([...pdBindings(serving, lines), regionServiceBinding(serving, systemClock)]),
  );
  const address = `127.0.0.1:${server.port}`;
  const connection = stack.use(connect(address, { security: { kind: 'plaintext' } }));
  const pd = pdClient(connection);
  const header = { clusterId: member.clusterId };
  return {
    member,
    serving,
    loading,
    finishLoading: () => (leading ? serving.lead(member, leading, noStreams) : serving.follow(member)),
    get leading(): Leading {
      if (leading === undefined) throw new Error('a follower has nothing that only a leader has');
      return leading;
    },
    lines,
    connection,
    address,
    pd,
    region: regionClient(connection),
    header,
    bootstrap: async () => {
      await pd.bootstrap({ header, store: { id: 1n, address: 's1' }, region: firstRegion });
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** The whole key space on store 1. */
export const firstRegion = {
  id: 1n,
  regionEpoch: { confVer: 1n, version: 1n },
  peers: [{ id: 2n, storeId: 1n }],
};

async function lead(member: WorldMember, store: RegionStoreThread): Promise<Leading> {
  return {
    cluster: await Cluster.load(store, systemClock),
    buckets: new ReportedBuckets({ regions: 100, bytes: 1 << 20 }),
    admit: (block) => {
      member.putBlock(block, 0);
      return Promise.resolve();
    },
  };
}

/** The leader's streams are tested where they are. */
const noStreams = {
  regionHeartbeat: (call: RawCall) => call.end(Status.UNIMPLEMENTED, 'not in this test'),
  syncRegions: (call: RawCall) => call.end(Status.UNIMPLEMENTED, 'not in this test'),
};

function pdClient(connection: Connection) {
  return connection.client(PDDefinition);
}

function regionClient(connection: Connection) {
  return connection.client(RegionServiceDefinition);
}
