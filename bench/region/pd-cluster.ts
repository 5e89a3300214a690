// PD's own leader and followers, as test/interop has them: PD's syncer behind gRPC, without the rest of PD. The leader
// changes its regions by itself, so it is spared the heartbeats.

import { until } from '@syncline/testkit/wait.ts';
import { CaseContext } from '../../test/interop/context.ts';
import {
  type ChangeAges,
  type FollowerMoment,
  type PdFollower,
  startPdFollower,
} from '../../test/interop/pd/follower.ts';
import { type PdLeader, startPdLeader } from '../../test/interop/pd/leader.ts';
import { LossError } from '../loss-error.ts';
import type { Ages } from './ages.ts';
import type { PdPrograms } from './contender.ts';
import { clusterId, layoutOf } from './layout.ts';

const patienceMs = 60_000;
/** A full sync of a million regions takes PD most of a minute. */
const syncedMs = 150_000;
const lookMs = 10;

export class PdCluster implements AsyncDisposable {
  readonly leader: PdLeader;
  readonly followers: PdFollower[] = [];
  readonly #context: CaseContext;
  #named = 0;

  private constructor(context: CaseContext, leader: PdLeader) {
    this.#context = context;
    this.leader = leader;
  }

  /** Starts a leader that has `regions` regions. */
  static async start(programs: PdPrograms, regions: number, signal: AbortSignal): Promise<PdCluster> {
    const context = new CaseContext(programs, signal);
    try {
      return new PdCluster(context, await startPdLeader(context, { clusterId, layout: layoutOf(regions) }));
    } catch (error) {
      await context[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The same with `followers` that hold the same. */
  static async loaded(
    programs: PdPrograms,
    regions: number,
    followers: number,
    signal: AbortSignal,
  ): Promise<PdCluster> {
    const cluster = await PdCluster.start(programs, regions, signal);
    try {
      await Promise.all(Array.from({ length: followers }, () => cluster.follow()));
      await cluster.equal();
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Starts a follower, which follows at once. */
  async follow(): Promise<PdFollower> {
    const name = `follower-${++this.#named}`;
    const follower = await startPdFollower(this.#context, { clusterId, leader: this.leader.address, name });
    this.followers.push(follower);
    return follower;
  }

  /** Waits for a follower to have this many regions and to say that it is running. */
  complete(follower: PdFollower, regions: number): Promise<FollowerMoment> {
    return until(() => follower.status(), {
      deadlineMs: syncedMs,
      everyMs: lookMs,
      describe: `a follower of PD having ${regions} regions`,
      accept: (held) => held.running && held.regions === regions,
    });
  }

  /** Waits for a follower to be where the leader is. */
  async caughtUp(follower: PdFollower, deadlineMs = patienceMs): Promise<FollowerMoment> {
    const { index } = await this.leader.status();
    return until(() => follower.status(), {
      deadlineMs,
      everyMs: lookMs,
      describe: `a follower of PD being at ${index}`,
      accept: (held) => held.running && held.index === index,
    });
  }

  /** Waits until all followers are where the leader is, and compares them. Throws LossError when a digest differs. */
  async equal(): Promise<void> {
    await Promise.all(this.followers.map((follower) => this.caughtUp(follower)));
    const wanted = await this.leader.digest();
    for (const follower of this.followers) {
      const held = await follower.digest();
      if (held.digest === wanted.digest) continue;
      throw new LossError(
        `a follower has ${held.regions} regions with digest ${held.digest} at ${held.index}, ` +
          `the leader ${wanted.regions} with ${wanted.digest} at ${wanted.index}`,
      );
    }
  }

  /** Of the changes of each follower since it was asked last. */
  ages(of: readonly PdFollower[] = this.followers): Promise<Ages[]> {
    return Promise.all(of.map(async (follower) => agesOf(await follower.latency())));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#context[Symbol.asyncDispose]();
  }
}

function agesOf({ count, p50us, p99us, maxus }: ChangeAges): Ages {
  return { count, p50Ms: p50us / 1_000, p99Ms: p99us / 1_000, maxMs: maxus / 1_000 };
}
