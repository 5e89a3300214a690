import { Phase, RegionStatus, Role, StreamPhase } from '@syncline/proto/region.ts';
import { expect, test } from 'vitest';
import { jsonText } from './print.ts';
import { indexText, regionStatusJson, regionStatusText } from './region-text.ts';

const term = 2n ** 36n;

test.each([
  [0n, '0'],
  [12_345n, '12345'],
  [term, '1:0'],
  [3n * term + 17n, '3:17'],
  [2n ** 53n - 1n, '131071:68719476735'],
])('the index %d is %s', (index, text) => {
  expect(indexText(index)).toBe(text);
});

const leader = RegionStatus.fromPartial({
  role: Role.LEADER,
  phase: Phase.SERVING,
  ready: true,
  clusterId: 2n ** 64n - 1n,
  memberId: 5n,
  name: 'm1',
  firstIndex: term,
  nextIndex: 2n * term + 9n,
  durableIndex: 2n * term + 8n,
  appliedIndex: term + 4n,
  regions: 7n,
  digest: 255n,
  ledger: { received: 4n, applied: 3n, stale: 1n },
  joins: { replay: 2n, lastReason: 'in-log', refused: 3n },
  lastError: { message: 'disk full', atUnixMs: 1_767_225_600_000n },
  streams: [{ name: 'f1', peerAddress: '10.0.0.2:1', phase: StreamPhase.CATCH_UP, cursor: term + 6n }],
});

test('a leader is shown with its log, its ledger and its streams', () => {
  const text = regionStatusText(leader);
  for (const line of [
    /^member +m1 \(5\), leader of 18446744073709551615$/m,
    /^state +serving, ready$/m,
    /^log +1:0 to 2:9, durable to 2:8, checkpoint at 1:4$/m,
    /^digest +00000000000000ff, 0 mismatches$/m,
    /^joins +0 in sync, 2 by replay, 0 by delta, 0 by snapshot \(last: in-log\), 3 refused$/m,
    /^checkpoint +never, took 0 ms$/m,
    /^last error +2026-01-01T00:00:00.000Z disk full$/m,
    /^RECEIVED +APPLIED +SUPERSEDED +STALE +QUARANTINED +PENDING +DROPPED$/m,
    /^4 +3 +0 +1 +0 +0 +0$/m,
    /^f1 +10\.0\.0\.2:1 +pd +catch-up +1:6 /m,
  ]) {
    expect(text).toMatch(line);
  }
  expect(text).not.toMatch(/^leader /m);
});

test('a follower is shown with its leader and why it is not ready', () => {
  const text = regionStatusText(
    RegionStatus.fromPartial({
      role: Role.FOLLOWER,
      phase: Phase.SNAPSHOT,
      notReadyReason: 'takes a snapshot',
      link: { leaderAddress: 'pd:2379', ours: true, lastFrameAgeMs: 5n, lagRecords: 6n, lagMs: 7n },
    }),
  );
  expect(text).toMatch(/^state +snapshot, not ready: takes a snapshot$/m);
  expect(text).toMatch(/^leader +pd:2379 \(a Syncline\), last heard of 5 ms ago$/m);
  expect(text).toMatch(/^lag +6 records, 7 ms$/m);
  expect(text).not.toContain('STREAM');
  expect(text).not.toContain('frame faults');
});

test('a follower of a PD is shown with the frames that it did not take whole, by list', () => {
  const frameFaults = [
    { list: 'region_stats', frames: 12n },
    { list: 'regions', frames: 1n },
  ];
  const text = regionStatusText(
    RegionStatus.fromPartial({ link: { leaderAddress: 'pd:2379', frameFaults } }),
  );
  expect(text).toMatch(/^frame faults +region_stats 12, regions 1$/m);
});

test('JSON has the names of the proto, words for states, and every digit', () => {
  const facts = JSON.parse(jsonText(regionStatusJson(leader))) as Record<string, unknown>;
  expect(facts).toMatchObject({ role: 'leader', phase: 'serving', streams: [{ phase: 'catch-up' }] });
  expect(jsonText(regionStatusJson(leader))).toContain('"cluster_id":18446744073709551615,');
});
