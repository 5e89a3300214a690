// For tests of the leader: one on a real store and a real replica, served on a real port.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { LocalElection } from '@syncline/election/local-election.ts';
import { PDDefinition } from '@syncline/proto/pdpb.ts';
import { rawBidi } from '@syncline/rpc/binding.ts';
import { type Connection, connect } from '@syncline/rpc/connect.ts';
import { quietLogger, serveForTest } from '@syncline/rpc/serve.fixture.ts';
import { systemClock as clock } from '@syncline/runtime/clock.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { systemRng as rng } from '@syncline/runtime/rng.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Cluster } from '../../cluster/cluster.ts';
import { Identity } from '../../cluster/identity.ts';
import { ReportedBuckets } from '../../cluster/reported-buckets.ts';
import { Replica } from '../../replica/replica.ts';
import { roomySettings } from '../../replica/replica-settings.fixture.ts';
import type { ReplicaSettings } from '../../replica/replica-settings.ts';
import { storeBy } from '../../replica/replica-store.ts';
import { pdBinding } from '../../service/pd.ts';
import { openRegionStore, type RegionStoreThread } from '../../store/open-region-store.ts';
import { storeOptions } from '../../store/store.fixture.ts';
import { Leader } from '../leader.ts';
import type { LeaderLimits } from '../leader-limits.ts';
import { LeaderMember } from '../leader-member.ts';
import type { RecordTraces } from '../record-traces.ts';

/** The cluster of all worlds: beyond 2^53. */
export const clusterId: bigint = 7n << 60n;

/** Bounds for tests. */
export const smallLimits: LeaderLimits = {
  flowDigits: 3,
  blockBytes: 1 << 16,
  heartbeatStreams: 3,
  streams: 4,
  snapshots: 1,
  snapshotQueue: 1,
  snapshotWaitMs: 10_000,
  attempts: 3,
  attemptWaitMs: 5,
  evictions: 2,
  evictionWindowMs: 60_000,
  inflightFrames: 2,
  snapshotFrame: { records: 10, bytes: 1 << 16 },
  logFrame: { records: 10, bytes: 1 << 16 },
  turnMs: 2,
  keepaliveMs: 10_000,
  stallMs: 10_000,
};

export interface LeaderWorldOptions {
  readonly directory: string;
  readonly limits?: Partial<LeaderLimits>;
  readonly replica?: Partial<ReplicaSettings>;
  readonly traces?: RecordTraces;
  /** Awaited before records are written. */
  readonly beforeAppend?: () => Promise<void> | undefined;
}

export interface LeaderWorld extends AsyncDisposable {
  readonly leader: Leader;
  readonly member: LeaderMember;
  readonly replica: Replica;
  readonly store: RegionStoreThread;
  readonly cluster: Cluster;
  readonly buckets: ReportedBuckets;
  readonly connection: Connection;
  readonly address: string;
  /** So many heartbeats, the bootstrap among them, have come, and what they made is durable. */
  taken(count: number): Promise<void>;
  /** Ends the serving, as a stop signal does; resolves when the last call is over. */
  stop(): Promise<void>;
}

/** A leader in a directory of its own. */
export async function startLeaderAnywhere(
  options: Omit<LeaderWorldOptions, 'directory'> = {},
): Promise<LeaderWorld> {
  const directory = await tempDir('leader');
  const world = await startLeader({ ...options, directory: directory.path });
  return {
    ...world,
    [Symbol.asyncDispose]: async () => {
      await world[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** Starts a leader in `directory` and waits until it leads; its cluster has store 1 and region 1. */
export async function startLeader(options: LeaderWorldOptions): Promise<LeaderWorld> {
  const stack = new AsyncDisposableStack();
  const logger = quietLogger();
  const fail = (error: Error) => {
    throw error;
  };
  const chunk = options.replica?.chunk ?? roomySettings.chunk;
  const store = stack.use(
    await openRegionStore(
      { ...storeOptions(options.directory, { chunk, pieceBytes: 1 << 16 }), failpoints: '' },
      10_000,
      fail,
    ),
  );
  const { identity: kept } = await store.call('boot');
  const identity = new Identity({ clusterId, memberId: 11n, name: 'leader' }, kept, store, rng);
  await identity.settle(clusterId);
  const never = new AbortController();
  stack.defer(() => never.abort(new Error('the world is over')));
  const replica = stack.use(
    await Replica.open(
      {
        store: storeBy(async (method, args) => {
          if (method === 'append') await options.beforeAppend?.();
          return store.call(method, ...(args as never));
        }),
        settings: { ...roomySettings, ...options.replica },
        clock,
        rng,
        pause: () => nextTurn(),
        events: {
          loading() {},
          checkpointed() {},
          checkpointFailed: fail,
          trimFailed: fail,
          broken: fail,
        },
      },
      never.signal,
    ),
  );
  const cluster = await Cluster.load(store, clock);
  const buckets = new ReportedBuckets({ regions: 100, bytes: 1 << 20 });
  const limits = { ...smallLimits, ...options.limits };
  const soon = (run: () => void) => void setImmediate(run);
  const { traces } = options;
  const leader = stack.use(
    new Leader({ replica, identity, cluster, buckets, limits, traces, clock, awake: clock, logger, soon }),
  );
  const member = stack.use(new LeaderMember(leader, ['http://127.0.0.1:1']));
  const stop = new AbortController();
  const server = stack.use(
    await serveForTest(
      [
        pdBinding({
          member,
          leading: { cluster, buckets, admit: (block) => leader.admit(block) },
          limits: { scanBytes: 1 << 20, maxReplicas: 3 },
        }),
        rawBidi(PDDefinition, 'regionHeartbeat', leader.streams.regionHeartbeat),
        rawBidi(PDDefinition, 'syncRegions', leader.streams.syncRegions),
      ],
      { stop: stop.signal },
    ),
  );
  const address = `127.0.0.1:${server.port}`;
  const connection = stack.use(connect(address, { security: { kind: 'plaintext' } }));
  const election = new LocalElection(() => Promise.resolve(BigInt(replica.term) + 1n));
  const elector = stack.use(election.join({ id: 'leader', address }));
  const running = leader
    .run(elector, new Liveness(clock).watch('leader'), never.signal)
    .catch((error: unknown) => {
      if (!never.signal.aborted) throw error;
    });
  stack.defer(() => running);
  stack.defer(() => never.abort(new Error('the world is over')));
  await until(() => leader.isLeading, { deadlineMs: 5_000, describe: 'the leader leads', everyMs: 1 });
  if (!cluster.isBootstrapped)
    await connection.client(PDDefinition).bootstrap({
      header: { clusterId },
      store: { id: 1n, address: 's1' },
      region: { id: 1n, regionEpoch: { confVer: 1n, version: 1n }, peers: [{ id: 2n, storeId: 1n }] },
    });
  return {
    leader,
    member,
    replica,
    store,
    cluster,
    buckets,
    connection,
    address,
    taken: async (count) => {
      await until(() => leader.intake.counts.received >= count, {
        deadlineMs: 5_000,
        describe: `${count} heartbeats are taken`,
        everyMs: 1,
      });
      await replica.whenDurable(replica.next, AbortSignal.timeout(5_000));
    },
    stop: async () => {
      stop.abort(new Error('stopped'));
      await server[Symbol.asyncDispose]();
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
