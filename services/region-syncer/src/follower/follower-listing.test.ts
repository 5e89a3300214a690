// What a follower reads beside the stream of a PD of before 2026, which sends no regions for index 0.

import { until } from '@syncline/testkit/wait.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FollowerUnderTest } from './follower.fixture.ts';
import { beyondAll } from './state.ts';
import { ofPd, region, regions, shownAs, shownRegions } from './world/regions.ts';
import type { ScriptedCall } from './world/scripted-leader.ts';

let follower: FollowerUnderTest;

beforeEach(async () => {
  follower = await FollowerUnderTest.of('foreign');
});

afterEach(() => follower[Symbol.asyncDispose]());

/** The next call, which asks for this index. */
async function asked(index: number): Promise<ScriptedCall> {
  const call = await follower.leader.next();
  expect(call.request.startIndex).toBe(index);
  return call;
}

/** A follower of a PD that started at index 0 with regions 1 to 9 and has no record. */
async function startsAtZero(): Promise<ScriptedCall> {
  follower.leader.says.listing = regions(1, 9);
  const probe = await follower.joins();
  probe.send(ofPd(0, []));
  return asked(0);
}

test('a PD that says no more than that it is at index 0 has all its regions read, and is followed from there', async () => {
  const call = await startsAtZero();
  expect(follower.member.freshness.complete).toBe(false);
  call.send(ofPd(0, []));
  await follower.reaches('live');
  expect(follower.member.freshness.ready).toBe(true);
  expect(shownRegions(follower.replica.regions)).toEqual(shownAs(regions(1, 9)));
  call.send(ofPd(0, [region(4, 3)]));
  await follower.hasDurable(1);
  expect(shownRegions(follower.replica.regions)).toContain('4@3');
});

test('what was read as of index 0 is there after a restart, and is taken anew', async () => {
  (await startsAtZero()).send(ofPd(0, []));
  await follower.reaches('live');
  expect((await follower.joins()).request.startIndex).toBe(beyondAll);
  expect(follower.member.freshness).toMatchObject({ ready: false, complete: true });
  expect(shownRegions(follower.replica.regions)).toEqual(shownAs(regions(1, 9)));
});

test('all records since index 0 are not taken for all regions', async () => {
  follower.leader.says.listing = regions(1, 9);
  const probe = await follower.joins();
  probe.send(ofPd(2, []));
  (await asked(0)).send(ofPd(0, regions(1, 2)));
  (await asked(2)).send(ofPd(2, []));
  await follower.reaches('live');
  expect(shownRegions(follower.replica.regions)).toEqual(shownAs(regions(1, 9)));
  expect(follower.tally.ledger).toMatchObject({ received: 11, applied: 9, superseded: 2, pending: 0 });
});

test('the first record of a PD that was at index 0 is not taken for all regions', async () => {
  follower.leader.says.listing = regions(1, 9);
  const probe = await follower.joins();
  probe.send(ofPd(0, [region(1)]));
  (await asked(beyondAll)).send(ofPd(1, [region(2, 3)]));
  (await asked(0)).send(ofPd(0, [region(1), region(2, 3)]));
  (await asked(1)).send(ofPd(1, [region(2, 3)]), ofPd(2, []));
  await follower.reaches('live');
  expect(shownRegions(follower.replica.regions)).toEqual(
    shownAs([region(1), region(2, 3), ...regions(3, 9)]),
  );
});

test('a PD that has no region and no record has been read, too: the follower is ready with none', async () => {
  follower.leader.says.listing = [];
  (await follower.joins()).send(ofPd(0, []));
  (await asked(0)).send(ofPd(0, []));
  await follower.reaches('live');
  expect(follower.member.freshness.ready).toBe(true);
  expect(follower.replica.regions.size).toBe(0);
});

test('a PD at index 0 that does not tell its regions is not followed: the reason says so, and what there was stays', async () => {
  const call = await startsAtZero();
  call.send(ofPd(0, []));
  await follower.reaches('live');
  follower.leader.says.listing = undefined;
  (await follower.joins()).send(ofPd(0, []));
  const { reason, complete } = await until(() => follower.member.freshness, {
    deadlineMs: 5_000,
    describe: 'the listing has failed',
    accept: () => follower.tally.endsOf('listing_failed') > 0,
  });
  expect([complete, reason]).toEqual([true, expect.stringMatching(/ScanRegions: UNIMPLEMENTED/)]);
  expect(shownRegions(follower.replica.regions)).toEqual(shownAs(regions(1, 9)));
  await asked(beyondAll);
});
