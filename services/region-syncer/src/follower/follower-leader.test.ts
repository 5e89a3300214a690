import { until } from '@syncline/testkit/wait.ts';
import { Status } from 'nice-grpc-common';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { endsOf, FollowerUnderTest, live } from './follower.fixture.ts';
import { base, ownSnapshot, regions } from './world/regions.ts';
import { ScriptedLeader } from './world/scripted-leader.ts';

let follower: FollowerUnderTest;

beforeEach(async () => {
  follower = await FollowerUnderTest.of('ours');
});

afterEach(() => follower[Symbol.asyncDispose]());

describe('the leader’s address', () => {
  test('is the one where somebody answers, and the same again after it', async () => {
    await using deaf = await ScriptedLeader.start('ours');
    await deaf[Symbol.asyncDispose]();
    await follower.start({ address: deaf.address, otherAddresses: [follower.leader.address] });
    const call = await follower.leader.next();
    call.send(...ownSnapshot(base + 10, regions(1, 9)));
    await follower.reaches('live');
    call.end(Status.UNAVAILABLE, 'not now');
    expect((await follower.leader.next()).request.startIndex).toBe(base + 10);
    expect(follower.member.status().link?.leaderAddress).toBe(follower.leader.address);
    expect(endsOf(follower)).toEqual(['connect_failed', 'stream_ended']);
  });

  test.each(['server not started', 'not leader'])(
    'is asked of a member that does not lead: %s',
    async (details) => {
      await using other = await ScriptedLeader.start('foreign');
      other.says.clientUrls = [`http://${follower.leader.address}`];
      await follower.start({ address: other.address });
      (await other.next()).end(Status.UNAVAILABLE, details);
      await follower.leader.next();
      expect(follower.member.status().link?.leaderAddress).toBe(follower.leader.address);
    },
  );
});

test('a leader that is not there is told of in the same words at each attempt', async () => {
  await follower.leader[Symbol.asyncDispose]();
  await follower.start();
  const told: string[] = [];
  for (const attempts of [1, 2, 3]) {
    await until(() => follower.tally.endsOf('connect_failed') >= attempts, {
      deadlineMs: 5_000,
      describe: `attempt ${attempts}`,
    });
    told.push(follower.member.status().lastError?.message ?? '');
  }
  expect(new Set(told).size).toBe(1);
  expect(told[0]).toMatch(/^connect_failed: UNAVAILABLE: .*ECONNREFUSED/);
});

describe('the leader’s cluster', () => {
  test('is learnt once; the leader of another is refused and never asked', async () => {
    await live(follower);
    follower.leader.says.clusterId = 4n;
    await follower.start();
    await until(() => follower.tally.endsOf('other_cluster') > 1, {
      deadlineMs: 5_000,
      describe: 'refused',
    });
    expect(follower.leader.waiting).toBe(0);
    expect(follower.member.status()).toMatchObject({ ready: false, regions: 9 });
    expect(follower.member.status().lastError?.message).toMatch(
      /^other_cluster: cluster id 4: .* 9223372036854775817/,
    );
  });

  test('that has no id is not followed', async () => {
    follower.leader.says.clusterId = 0n;
    await follower.start();
    await until(() => endsOf(follower).includes('connect_failed'), {
      deadlineMs: 5_000,
      describe: 'refused',
    });
    expect([follower.leader.waiting, follower.member.clusterId]).toEqual([0, 0n]);
  });

  test('a leader that does not say who it is has a deadline', async () => {
    follower.leader.says.mute = true;
    await follower.start({ connectDeadlineMs: 30 });
    await until(() => follower.tally.endsOf('connect_failed') > 1, {
      deadlineMs: 5_000,
      describe: 'given up',
    });
    expect(follower.member.status().lastError?.message).toContain('DEADLINE_EXCEEDED');
  });
});
