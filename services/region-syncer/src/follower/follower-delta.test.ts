// A delta that is taken in part: what reads are answered with then.

import { ErrorType, GetRegionResponse, ScanRegionsResponse } from '@syncline/proto/pdpb.ts';
import { FrameKind } from '@syncline/proto/region-frame.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Metadata } from 'nice-grpc-common';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { getRegion, scanRegions } from '../service/pd-reads.ts';
import { FollowerUnderTest, live } from './follower.fixture.ts';
import { base, clusterId, own, region, regions } from './world/regions.ts';
import type { ScriptedCall } from './world/scripted-leader.ts';

let follower: FollowerUnderTest;

beforeEach(async () => {
  follower = await FollowerUnderTest.of('ours');
});

afterEach(() => follower[Symbol.asyncDispose]());

const head = { previous: base + 10, leaderNext: base + 90 };

/** Regions 3, 4 and 5 are removed, region 2 is to come, and the stream ends: gives the call after it. */
async function brokenOff(): Promise<ScriptedCall> {
  await live(follower);
  const call = await follower.joins();
  const removed = BigUint64Array.of(3n, 4n, 5n);
  call.send(own(FrameKind.DELTA, { ...head, startIndex: 0, total: 2, removed }, region(1, 5)));
  await until(() => follower.replica.regions.size === 6, { deadlineMs: 5_000, describe: 'half a delta' });
  call.end(14, 'for a test');
  return follower.leader.next();
}

/** What a caller gets who would take a stale answer. */
function staleReads() {
  const parts = {
    member: follower.member,
    leading: undefined,
    limits: { scanBytes: 1 << 20, maxReplicas: 3 },
  };
  const context = { metadata: Metadata({ 'syncline-allow-stale': 'true' }), header: Metadata() };
  const header = { clusterId, senderId: 0n, callerId: '', callerComponent: '' };
  const scan = { header, startKey: Buffer.of(), endKey: Buffer.of(), limit: 0 };
  const get = { header, regionKey: Buffer.from('002'), needBuckets: false };
  return {
    scanned: ScanRegionsResponse.decode(scanRegions(scan, parts, context)),
    got: GetRegionResponse.decode(getRegion(get, parts, context)),
  };
}

function idsOf({ regions: shown }: ScanRegionsResponse): number[] {
  return shown.map(({ region: each }) => Number(each?.id));
}

test('half a delta is shown to nobody, also when its stream is over: reads are refused, and say why', async () => {
  const call = await brokenOff();
  expect(call.request.startIndex).toBe(base + 10);
  expect(follower.member.freshness).toMatchObject({ ready: false, complete: false });
  const { scanned, got } = staleReads();
  expect([idsOf(scanned), got.region]).toEqual([[], undefined]);
  for (const { header } of [scanned, got])
    expect([header?.error?.type, header?.error?.message]).toEqual([
      ErrorType.REGION_NOT_FOUND,
      expect.stringContaining('region not found: only a part of what has changed was taken'),
    ]);
});

test('after a restart there is the copy from before the delta', async () => {
  await brokenOff();
  await follower.joins();
  const { scanned, got } = staleReads();
  expect(idsOf(scanned)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(got.region?.id).toBe(2n);
});

test('the records that half a delta stands for make the copy whole', async () => {
  const call = await brokenOff();
  const changed = Array.from({ length: 79 }, () => region(2, 5));
  call.send(own(FrameKind.REPLAY, { startIndex: base + 10, leaderNext: base + 90 }, ...changed));
  await until(() => follower.replica.next === base + 89, { deadlineMs: 5_000, describe: 'all but one' });
  expect(follower.member.freshness.complete).toBe(false);
  call.send(own(FrameKind.REPLAY, { startIndex: base + 89, leaderNext: base + 90 }, region(1, 5)));
  await follower.reaches('live');
  expect(follower.member.freshness.ready).toBe(true);
  expect(idsOf(staleReads().scanned)).toEqual([1, 2, 6, 7, 8, 9]);
});

test('another whole delta makes the copy whole', async () => {
  const call = await brokenOff();
  call.send(
    own(FrameKind.DELTA, { ...head, startIndex: 0, total: 3 }, ...regions(1, 3, 6)),
    own(FrameKind.DELTA_END, { ...head, startIndex: base + 90 }),
  );
  await follower.reaches('live');
  expect(follower.member.freshness.ready).toBe(true);
  expect(idsOf(staleReads().scanned)).toEqual([1, 2, 3, 6, 7, 8, 9]);
});
