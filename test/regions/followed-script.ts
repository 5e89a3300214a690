// A follower process and a leader that sends what the test says.

import type { Settings } from '@syncline/testkit/service-process.ts';
import {
  type ScriptedCall,
  ScriptedLeader,
} from '../../services/region-syncer/src/follower/world/scripted-leader.ts';
import { MemberUnderTest } from './member-under-test.ts';

export class FollowedScript implements AsyncDisposable {
  readonly leader: ScriptedLeader;
  readonly follower: MemberUnderTest;

  /** `ours`: the leader calls itself a Syncline, else it is a PD. It is silent for long without being taken for dead. */
  static async start(kind: 'ours' | 'foreign', settings: Settings = {}): Promise<FollowedScript> {
    const leader = await ScriptedLeader.start(kind);
    try {
      const follower = await MemberUnderTest.follower(leader.address, { silence: '20s', ...settings });
      return new FollowedScript(leader, follower);
    } catch (error) {
      await leader[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(leader: ScriptedLeader, follower: MemberUnderTest) {
    this.leader = leader;
    this.follower = follower;
  }

  /** The next call that the follower makes. */
  next(): Promise<ScriptedCall> {
    return this.leader.next();
  }

  /** Waits until it is ready with all records before `index`, and so many regions. */
  async holds(index: number, regions: number): Promise<void> {
    await this.follower.becomes(
      `being ready at ${index}`,
      (status) => status.ready && status.nextIndex === BigInt(index) && status.regions === BigInt(regions),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.follower[Symbol.asyncDispose]();
    await this.leader[Symbol.asyncDispose]();
  }
}
