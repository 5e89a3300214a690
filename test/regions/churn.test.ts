// F11: regions that change all the time, faster than a snapshot of them is sent, from a log that is shorter than it.

import { Phase } from '@syncline/proto/region.ts';
import { startService } from '@syncline/testkit/service.ts';
import type { Settings } from '@syncline/testkit/service-process.ts';
import { TcpProxy } from '@syncline/testkit/tcp-proxy.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { MemberUnderTest } from './member-under-test.ts';
import { expectSame } from './same.ts';
import { SyncReader } from './sync-reader.ts';

const regions = 4_000;
/** It keeps a thousand records, which is a fourth of the regions. */
const shortLog: Settings = {
  checkpointRecords: '1000',
  retentionRecords: '1000',
  segment: '1000',
  tailRecords: '1000',
  retentionBytes: '128KiB',
  pinnedBytes: '64KiB',
  snapshotFrame: '16KiB',
  logFrame: '16KiB',
  stall: '20s',
};

/** Stores whose regions split, merge, move and change their traffic, thousands of times a second. */
function churn(leader: MemberUnderTest) {
  const mix = { REPEAT: 0, FLOW: 40, LEADER: 30, SPLIT: 5, MERGE: 5 };
  const settings = { PD: leader.address, REGIONS: regions, RATE: 4_000, RETRY: '20ms', ...mix };
  return startService({
    service: 'region-feed',
    env: Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [`SYNCLINE_REGION_FEED_${key}`, String(value)]),
    ),
  });
}

/** Waits until the log no longer has what follows this position. */
function loses(leader: MemberUnderTest, position: bigint): Promise<unknown> {
  return leader.becomes('the log having lost it', ({ firstIndex }) => firstIndex > position);
}

test('F11: a follower joins though the log loses what follows its snapshot: it is sent what changed', async () => {
  await using leader = await MemberUnderTest.leader(shortLog);
  await using line = await TcpProxy.open(leader.service.port);
  await using feed = await churn(leader);
  await leader.becomes('every region being told', ({ regions: told }) => told >= BigInt(regions * 0.9));
  line.throttle(200_000);
  await using follower = await MemberUnderTest.follower(line.address, {
    receiveWindow: '64KiB',
    silence: '10s',
  });
  await follower.reaches(Phase.SNAPSHOT);
  await loses(leader, (await leader.status()).nextIndex);
  await line.heal();
  await follower.ready();
  const { joins } = await follower.status();
  expect(joins).toMatchObject({ snapshot: 1n });
  expect(joins?.delta).toBeGreaterThan(0n);
  expect((await feed.stop()).code).toBe(0);
  await expectSame(leader, [follower]);
});

test('F11: a PD, which knows no deltas, is told to come back', async () => {
  await using leader = await MemberUnderTest.leader(shortLog);
  await using feed = await churn(leader);
  await leader.becomes('every region being told', ({ regions: told }) => told >= BigInt(regions * 0.9));
  using reader = await SyncReader.ask(leader, { stops: true });
  await reader.until('its snapshot', (frames) => frames.length > 0);
  await loses(leader, (await leader.status()).nextIndex);
  reader.resume();
  const end = await reader.end();
  expect(end.code).toBe(Status.UNAVAILABLE);
  expect(Number(end.trailer.get('retry-after-ms'))).toBeGreaterThan(0);
  expect(reader.frames.every(({ regions: sent }) => sent.length > 0)).toBe(true);
  expect((await feed.stop()).code).toBe(0);
});

test('F11: a PD joins under the same churn when the disk keeps what follows its snapshot', async () => {
  await using leader = await MemberUnderTest.leader({ ...shortLog, pinnedBytes: '1GiB' });
  await using feed = await churn(leader);
  await leader.becomes('every region being told', ({ regions: told }) => told >= BigInt(regions * 0.9));
  using reader = await SyncReader.ask(leader, { stops: true });
  await reader.until('its snapshot', (frames) => frames.length > 0);
  const { nextIndex } = await leader.status();
  await leader.becomes('the log going on', (status) => status.nextIndex > nextIndex + 10_000n);
  reader.resume();
  await reader.completed();
  const then = (await leader.status()).nextIndex;
  await reader.until('what came since', () => reader.next >= then);
  expect((await feed.stop()).code).toBe(0);
});
