import { Phase, Role, StreamPhase } from '@syncline/proto/region.ts';
import { createMetrics } from '@syncline/telemetry/metrics.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { indexOf } from '../log/index.ts';
import { registerRegionMetrics } from './region-metrics.ts';
import { toRegionStatus } from './region-status.ts';
import { refusal } from './world/refusal.ts';
import { type ServiceWorld, startServices } from './world/service-world.ts';

let leader: ServiceWorld;
let follower: ServiceWorld;

beforeAll(async () => {
  leader = await startServices('leader');
  follower = await startServices('follower');
  for (const { member } of [leader, follower]) member.putPlain([3n, 'b', 'd'], [5n, 'd', 'f']);
});

afterAll(async () => {
  await leader[Symbol.asyncDispose]();
  await follower[Symbol.asyncDispose]();
});

test('a leader’s status has its streams and no link, a follower’s the other way round', async () => {
  const { status } = await leader.region.status({});
  expect(status).toMatchObject({
    role: Role.LEADER,
    phase: Phase.SERVING,
    ready: true,
    clusterId: leader.member.clusterId,
    memberId: 2n ** 64n - 1n,
    term: 3n,
    firstIndex: BigInt(indexOf(1, 5)),
    nextIndex: BigInt(indexOf(3, 2)),
    regions: 2n,
    digest: leader.member.regions.digest.total,
    joins: { inSync: 0n, replay: 5n, delta: 0n, snapshot: 3n, lastReason: 'in-log', refused: 3n },
    link: undefined,
    lastError: { message: 'disk full', atUnixMs: 17n },
    log: { retainedRecords: 12n, retainedBytes: 3400n },
    checkpoint: { atUnixMs: 16n, durationMs: 3n },
    streams: [{ name: 'f1', phase: StreamPhase.LIVE, blockedMs: 1n, cursor: BigInt(indexOf(3, 8)) }],
  });
  const { status: other } = await follower.region.status({});
  expect(other).toMatchObject({
    role: Role.FOLLOWER,
    phase: Phase.LIVE,
    link: {
      leaderAddress: '127.0.0.1:2',
      ours: true,
      lastFrameAgeMs: 1500n,
      lagRecords: 3n,
      lagMs: 4n,
      frameFaults: [{ list: 'region_stats', frames: 6n }],
    },
    streams: [],
  });
});

test('every phase has a name on the wire', () => {
  const phases = [
    'loading',
    'serving',
    'draining',
    'connecting',
    'joining',
    'replaying',
    'snapshot',
    'catching-up',
    'live',
    'backing-off',
  ] as const;
  const { member } = follower;
  const numbers = phases.map((phase) => toRegionStatus({ ...member.status(), phase }, member.counts()).phase);
  expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test('a watcher is told the state now, and then only what has changed', async () => {
  const { member, region } = leader;
  const seen: bigint[] = [];
  for await (const { status } of region.watchStatus({ intervalMs: 100 })) {
    seen.push(status?.ledger?.received ?? 0n);
    if (seen.length === 3) break;
    member.ledger = { ...member.ledger, received: member.ledger.received + 5 };
  }
  expect(seen).toEqual([10n, 15n, 20n]);
});

test.each([1, 99, 60_001])('an interval of %d ms is INVALID_ARGUMENT', async (intervalMs) => {
  const first = async () => {
    for await (const each of leader.region.watchStatus({ intervalMs })) return each;
    return undefined;
  };
  expect(await refusal(first())).toBe(
    `INVALID_ARGUMENT: interval_ms ${intervalMs}: expected 100 to 60000, or 0 for 1000`,
  );
});

test('Lag has a line for each copy that is behind', async () => {
  expect(await leader.region.lag({})).toEqual({
    role: Role.LEADER,
    leaderNext: BigInt(indexOf(3, 2)),
    followers: [{ name: 'f1', nextIndex: BigInt(indexOf(3, 8)), lagRecords: 2n, lagMs: 1250n }],
  });
});

test('Digest is the same for the same regions, bucket by bucket, and another after a change', async () => {
  const ours = await leader.region.digest({});
  const theirs = await follower.region.digest({});
  expect(theirs).toEqual(ours);
  expect([ours.regions, ours.buckets.length]).toEqual([2n, 256]);
  expect(ours.buckets.reduce((xor, bucket) => xor ^ bucket)).toBe(ours.total);
  follower.member.putPlain([5n, 'd', 'g']);
  const changed = await follower.region.digest({});
  expect(changed.total).not.toBe(ours.total);
  expect(changed.buckets.filter((bucket, i) => bucket !== ours.buckets[i])).toHaveLength(1);
});

test('what a role has no answer to is FAILED_PRECONDITION', async () => {
  expect(await refusal(leader.region.resetFollower({}))).toBe(
    'FAILED_PRECONDITION: ResetFollower: this member is a leader',
  );
  expect(await refusal(follower.region.forceSnapshot({ name: 'x' }))).toBe(
    'FAILED_PRECONDITION: ForceSnapshot: this member is a follower',
  );
  expect(await refusal(follower.region.drain({}))).toBe(
    'FAILED_PRECONDITION: Drain: this member is a follower',
  );
});

test('a follower is reset, a leader forces a snapshot and drains', async () => {
  const { nextIndex } = await follower.region.resetFollower({ reason: 'test' });
  expect([nextIndex, follower.member.resets]).toEqual([BigInt(indexOf(3, 3)), ['test']]);
  await leader.region.forceSnapshot({ name: 'f1' });
  expect(leader.member.forced).toEqual(['f1']);
  expect(await refusal(leader.region.forceSnapshot({ name: 'f2' }))).toBe(
    'NOT_FOUND: name "f2": no follower of this name has a stream',
  );
  expect(await refusal(leader.region.forceSnapshot({}))).toBe('INVALID_ARGUMENT: name: it is required');
  expect(await leader.region.drain({})).toEqual({ durableIndex: BigInt(indexOf(3, 2)), streams: 1 });
});

test('the metrics are those of Status, and a follower’s link is not a leader’s', async () => {
  const scrape = async ({ serving, lines }: ServiceWorld) => {
    const metrics = createMetrics('test');
    registerRegionMetrics(metrics, serving, lines);
    const text = await metrics.metrics();
    return text.split('\n').filter((line) => line.startsWith('region_'));
  };
  const lines = await scrape(leader);
  for (const line of [
    'region_records_total{fate="superseded",service="test"} 3',
    'region_records_total{fate="dropped",service="test"} 0',
    'region_joins_total{tier="snapshot",reason="zero",service="test"} 2',
    'region_joins_total{tier="snapshot",reason="ahead",service="test"} 1',
    'region_join_refused_total{reason="cluster",service="test"} 2',
    'region_join_refused_total{reason="twin",service="test"} 1',
    'region_stream_end_total{reason="stalled",service="test"} 4',
    'region_snapshot_seconds_total{service="test"} 1.25',
    'region_snapshot_bytes_total{service="test"} 900',
    'region_pump_blocked_seconds_total{service="test"} 0.5',
    'region_digest_mismatch_total{service="test"} 1',
    'region_ready{service="test"} 1',
    'region_term{service="test"} 3',
    'region_lag_records{service="test"} 2',
    'region_lag_seconds{service="test"} 1.25',
    `region_log_first_index{service="test"} ${indexOf(1, 5)}`,
    `region_log_next_index{service="test"} ${indexOf(3, 2)}`,
    'region_retained_bytes{service="test"} 3400',
    'region_streams{phase="live",service="test"} 1',
    'region_reported_buckets{service="test"} 0',
    'region_reported_buckets_forgotten_total{service="test"} 0',
  ]) {
    expect(lines).toContain(line);
  }
  const age = (each: string) => each.startsWith('region_last_frame_age_seconds{');
  expect(lines.filter(age)).toEqual([]);
  const ofFollower = await scrape(follower);
  expect(ofFollower.filter(age)).toEqual(['region_last_frame_age_seconds{service="test"} 1.5']);
  expect(ofFollower).toContain('region_frame_faults_total{fault="region_stats",service="test"} 6');
  expect(ofFollower).toContain('region_forwarded_total{service="test"} 0');
});
