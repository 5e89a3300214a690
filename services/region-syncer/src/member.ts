// What becomes of a copy that is loaded: a leader's or a follower's. Disposing of it ends that; the copy stays.

import { LocalElection } from '@syncline/election/local-election.ts';
import { type Clock, systemClock as clock } from '@syncline/runtime/clock.ts';
import type { Liveness } from '@syncline/runtime/liveness.ts';
import { systemRng as rng } from '@syncline/runtime/rng.ts';
import type { StopSignal } from '@syncline/runtime/stop-signal.ts';
import { SupervisedLoop } from '@syncline/runtime/supervised-loop.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import { tracingEnabled } from '@syncline/telemetry/tracer.ts';
import { Cluster } from './cluster/cluster.ts';
import type { Identity } from './cluster/identity.ts';
import { ReportedBuckets } from './cluster/reported-buckets.ts';
import type { Config } from './config.ts';
import { Follower } from './follower/follower.ts';
import { FollowerMember } from './follower/follower-member.ts';
import { openLeaderLink } from './follower/leader-link.ts';
import { Leader } from './leader/leader.ts';
import { leaderLimits } from './leader/leader-limits.ts';
import { LeaderMember } from './leader/leader-member.ts';
import { RecordTraces } from './leader/record-traces.ts';
import type { Replica } from './replica/replica.ts';
import type { Serving } from './service/serving.ts';
import { followerSettings, linkSettings } from './settings/following.ts';
import type { RegionStoreThread } from './store/open-region-store.ts';

/** What a member is made of, whichever role it has. */
export interface MemberParts {
  readonly config: Config;
  readonly store: RegionStoreThread;
  readonly identity: Identity;
  readonly replica: Replica;
  readonly clientUrls: readonly string[];
  /** Stands still while the process does: what others had no chance to do then is not held against them. */
  readonly awake: Clock;
  readonly stop: StopSignal;
  /** Where its loop tells how it goes. */
  readonly liveness: Liveness;
  readonly logger: Logger;
}

/** Leads from now on: this process is the only candidate. */
export async function lead(parts: MemberParts, serving: Serving): Promise<AsyncDisposable> {
  const { config, store, identity, replica, clientUrls, awake, logger } = parts;
  await using undo = new AsyncDisposableStack();
  const cluster = await Cluster.load(store, clock);
  const { size } = replica.regions;
  // See checkOwnsRegions in service/pd-cluster.ts.
  if (!cluster.isBootstrapped && size > 1)
    logger.warn({ regions: size }, 'the cluster was begun by another leader, which has its stores and ids');
  const buckets = new ReportedBuckets({ regions: config.bucketRegions, bytes: config.bucketBytes });
  const leader = undo.use(
    new Leader({
      replica,
      identity,
      cluster,
      buckets,
      limits: leaderLimits(config),
      traces: tracingEnabled() ? new RecordTraces(config.traceEvery) : undefined,
      clock,
      awake,
      logger: logger.child({ component: 'leader' }),
      soon: (run) => void setImmediate(run),
    }),
  );
  const leading = { cluster, buckets, admit: (block: Uint8Array) => leader.admit(block) };
  serving.lead(undo.use(new LeaderMember(leader, clientUrls)), leading, leader.streams);
  // Its terms are the replica's, which keeps them.
  const election = new LocalElection(() => Promise.resolve(BigInt(replica.term + 1)));
  const elector = undo.use(election.join({ id: identity.name, address: clientUrls[0] ?? '' }));
  undo.use(new SupervisedLoop('leader', (watch, signal) => leader.run(elector, watch, signal), parts));
  return undo.move();
}

/** Follows the leader, which is at one of the addresses that the settings name, or known there. */
export async function follow(parts: MemberParts, serving: Serving): Promise<AsyncDisposable> {
  const { config, store, identity, replica, clientUrls, awake, stop, liveness, logger } = parts;
  const settings = followerSettings(config);
  const follower = await Follower.start({
    replica,
    identity,
    store,
    leaderAddresses: config.leader,
    openLink: (address) => openLeaderLink(linkSettings(config, address)),
    clientUrls,
    settings,
    clock,
    awake,
    rng,
    logger: logger.child({ component: 'follower' }),
    stop,
    liveness,
  });
  const { silenceMs } = settings;
  serving.follow(new FollowerMember({ follower, replica, identity, clientUrls, silenceMs, clock }));
  return follower;
}
