// A follower that stands still: its copy grows old all the while, and its leader is not silent for that.

import { FrameKind } from '@syncline/proto/region-frame.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { until } from '@syncline/testkit/wait.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { endsOf, FollowerUnderTest, live } from './follower.fixture.ts';
import { base, own } from './world/regions.ts';

const silenceMs = 500;
const retry = { initialMs: 2, maxMs: 20, factor: 2, jitter: 1, resetAfterMs: 1_000 };

let follower: FollowerUnderTest;

beforeEach(async () => {
  follower = await FollowerUnderTest.of('ours');
});

afterEach(() => follower[Symbol.asyncDispose]());

/** A live one that has stood still, as far as it knows, from its last frame until nobody may be heard for so long. */
async function stoodStill() {
  const awake = new VirtualClock();
  const call = await live(follower, { awake, settings: { silenceMs, retry } });
  await until(() => follower.member.freshness, {
    deadlineMs: 5_000,
    describe: 'the copy being too old',
    accept: ({ ready }) => !ready,
  });
  return { awake, call };
}

test('a copy of before a stop is not ready until its leader is heard, on the stream that there was', async () => {
  const { call } = await stoodStill();
  const { reason, heardMs } = follower.member.freshness;
  expect(reason).toMatch(/^nothing was heard of the leader for \d+ ms$/);
  expect(heardMs).toBeGreaterThanOrEqual(silenceMs);
  expect(follower.member.status().phase).toBe('live');
  call.send(own(FrameKind.KEEPALIVE, { startIndex: base + 10 }));
  await until(() => follower.member.freshness.ready, {
    deadlineMs: 5_000,
    everyMs: 2,
    describe: 'being ready',
  });
  expect([endsOf(follower), follower.member.counts().joins.length]).toEqual([[], 1]);
});

test('a leader that says nothing after a stop is given up when it has had its time', async () => {
  const { awake } = await stoodStill();
  awake.advance(silenceMs - 1);
  expect([follower.member.status().phase, endsOf(follower)]).toEqual(['live', []]);
  awake.advance(1);
  awake.advance(retry.maxMs);
  const again = await follower.leader.next();
  expect([again.request.startIndex, endsOf(follower)]).toEqual([base + 10, ['silence']]);
});
