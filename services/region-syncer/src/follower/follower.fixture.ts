// For tests of the follower: one in a folder of its own, started as often as a test likes, and the leader that it follows.

import { type TempDir, tempDir } from '@syncline/testkit/temp-dir.ts';
import { until } from '@syncline/testkit/wait.ts';
import { expect } from 'vitest';
import type { FollowerMember } from './follower-member.ts';
import type { Phase } from './state.ts';
import type { Tally } from './tally.ts';
import { type FollowerWorld, type FollowerWorldOptions, startFollower } from './world/follower-world.ts';
import { base, ownSnapshot, regions } from './world/regions.ts';
import { type ScriptedCall, ScriptedLeader } from './world/scripted-leader.ts';

export class FollowerUnderTest implements AsyncDisposable {
  /** Another one when a test has another process in its place. */
  leader: ScriptedLeader;
  readonly #directory: TempDir;
  #world: FollowerWorld | undefined;

  /** Of our leader, or of a PD; it is not started. */
  static async of(kind: 'ours' | 'foreign'): Promise<FollowerUnderTest> {
    return new FollowerUnderTest(await ScriptedLeader.start(kind), await tempDir('follower'));
  }

  private constructor(leader: ScriptedLeader, directory: TempDir) {
    this.leader = leader;
    this.#directory = directory;
  }

  get directory(): string {
    return this.#directory.path;
  }

  get member(): FollowerMember {
    return this.#started.member;
  }

  get replica(): FollowerWorld['replica'] {
    return this.#started.replica;
  }

  get liveness(): FollowerWorld['liveness'] {
    return this.#started.liveness;
  }

  get tally(): Tally {
    return this.#started.follower.tally;
  }

  /** Starts it on what the folder holds; the one before is stopped first. */
  async start(options: Partial<FollowerWorldOptions> = {}): Promise<void> {
    await this.stop();
    this.#world = await startFollower({
      directory: this.directory,
      address: this.leader.address,
      ...options,
    });
  }

  /** Starts it, and gives the call that it makes. */
  async joins(options?: Partial<FollowerWorldOptions>): Promise<ScriptedCall> {
    await this.start(options);
    return this.leader.next();
  }

  reaches(phase: Phase['kind']): Promise<void> {
    return this.#started.reaches(phase);
  }

  /** Waits until all records before `next` are on disk. */
  async hasDurable(next: number): Promise<void> {
    await until(() => this.replica.durable === next, { deadlineMs: 5_000, describe: `${next} is durable` });
  }

  /** Stops it, if it was started; no program fault may have shown. */
  async stop(): Promise<void> {
    await this.#world?.[Symbol.asyncDispose]();
    expect(this.#world?.broken ?? []).toEqual([]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.leader[Symbol.asyncDispose]();
    await this.#directory[Symbol.asyncDispose]();
  }

  get #started(): FollowerWorld {
    if (this.#world === undefined) throw new Error('the follower was not started');
    return this.#world;
  }
}

/** Starts a follower of our leader that has regions 1 to 9 as of `base + 10` then. Gives its call. */
export async function live(
  follower: FollowerUnderTest,
  options?: Partial<FollowerWorldOptions>,
): Promise<ScriptedCall> {
  const call = await follower.joins(options);
  call.send(...ownSnapshot(base + 10, regions(1, 9), 4));
  await follower.reaches('live');
  return call;
}

/** Has it take all regions anew; gives the next index that it had, when a kill does not undo it. */
export function reset({ member }: FollowerUnderTest, reason: string): Promise<number> {
  return member.reset(reason, AbortSignal.timeout(5_000));
}

/** Why the follower's streams ended, in the order of their first. */
export function endsOf({ tally }: FollowerUnderTest): string[] {
  return tally.streamEnds.map(({ reason }) => reason);
}

/** Nothing was lost and nothing is pending. */
export function expectSettled({ tally }: FollowerUnderTest): void {
  const { received, applied, superseded, stale, quarantined, pending } = tally.ledger;
  expect(received).toBe(applied + superseded + stale + quarantined);
  expect(pending).toBe(0);
}
