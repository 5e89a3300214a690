// F12: what followers ask for that a leader cannot go on from, or that is no request at all. Nothing of it changes the leader.

import type { SyncRegionResponse } from '@syncline/proto/pdpb.ts';
import { FrameKind } from '@syncline/proto/region-frame.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { Status } from 'nice-grpc-common';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { MemberUnderTest } from './member-under-test.ts';
import { expectBalanced } from './same.ts';
import { Stores } from './stores.ts';
import { SyncReader } from './sync-reader.ts';

const layout = { count: 600 };
const firstOfTerm = 2n ** 36n;

let leader: MemberUnderTest;
/** The leader's index. */
let next: bigint;

beforeAll(async () => {
  const shortLog = {
    checkpointRecords: '300',
    retentionRecords: '1000',
    segment: '1000',
    tailRecords: '1000',
  };
  leader = await MemberUnderTest.leader({ ...shortLog, frameRecords: '100', stall: '10s' });
  using stores = await Stores.join(leader, layout);
  for (let round = 0; round < 12; round++) {
    stores.tellAll(round);
    await stores.settled();
  }
  const { firstIndex, nextIndex } = await leader.becomes(
    'the log having lost its beginning',
    (status) => status.firstIndex > firstOfTerm + 1_000n,
  );
  next = nextIndex;
  expect(firstIndex).toBeLessThan(next);
});

afterAll(() => leader[Symbol.asyncDispose]());

afterEach(async () => {
  await leader.becomes('every stream being over', ({ streams }) => streams.length === 0);
  const status = await leader.status();
  expect([status.nextIndex, status.durableIndex]).toEqual([next, next]);
  expectBalanced(status);
});

/** How much more a counter of the leader says than at this call. */
async function counting(
  name: string,
  labels: Readonly<Record<string, string>>,
): Promise<() => Promise<number>> {
  const read = () => readMetric(leader.service.adminPort, name, labels);
  const before = await read();
  return async () => (await read()) - before;
}

const joins = (tier: string, reason: string) => counting('region_joins_total', { tier, reason });
const refusals = (reason: string) => counting('region_join_refused_total', { reason });

const isEmpty = (frame: SyncRegionResponse | undefined) => frame?.regions.length === 0;

test.for<readonly [string, () => bigint, string]>([
  ['zero', () => 0n, 'zero'],
  ['an index that is ahead', () => next + 5n, 'ahead'],
  ['an index of a term that has not begun', () => 2n * firstOfTerm + 3n, 'ahead'],
  ['the largest index of all', () => 2n ** 64n - 1n, 'ahead'],
  ['an index counted inside a snapshot', () => 400n, 'positional'],
  ['an index that is older than the log', () => firstOfTerm + 10n, 'behind-history'],
])(
  'F12: a PD that asks for %s is sent all regions, in frames that it takes for a snapshot',
  async ([, index, reason]) => {
    const count = await joins('snapshot', reason);
    using reader = await SyncReader.ask(leader, { startIndex: index() });
    await reader.completed();
    // A sign of life may come behind the empty frame that completes it.
    const end = reader.frames.findIndex(isEmpty);
    const snapshot = reader.frames.slice(0, end);
    let position = 0n;
    for (const frame of snapshot) {
      expect(frame.startIndex).toBe(position);
      const { length } = frame.regions;
      expect([frame.regionStats.length, frame.regionLeaders.length, frame.buckets.length]).toEqual([
        length,
        length,
        length,
      ]);
      expect([frame.kind, frame.term, frame.previous]).toEqual([FrameKind.UNSPECIFIED, 0n, 0n]);
      position += BigInt(length);
    }
    expect(position).toBe(BigInt(layout.count));
    expect(reader.frames[end]?.startIndex).toBe(next);
    expect(await count()).toBe(1);
  },
);

test('F12: one of ours whose index is older than the log is told what changed', async () => {
  using reader = await SyncReader.ask(leader, { startIndex: firstOfTerm + 700n, ours: true });
  await reader.until('the end of the delta', (frames) => frames.at(-1)?.kind === FrameKind.DELTA_END);
  expect(reader.frames[0]).toMatchObject({ kind: FrameKind.DELTA, total: BigInt(layout.count) });
  expect(reader.next).toBe(next);
});

test('F12: one that has missed nothing is told so at once, in one empty frame', async () => {
  using reader = await SyncReader.ask(leader, { startIndex: next });
  await reader.until('the frame', (frames) => frames.length > 0);
  expect(reader.frames[0]).toMatchObject({ startIndex: next, regions: [] });
});

test('F12: one whose records are there is sent these alone', async () => {
  using reader = await SyncReader.ask(leader, { startIndex: next - 250n });
  await reader.until('the records', () => reader.next === next);
  let position = next - 250n;
  for (const { startIndex, regions } of reader.frames) {
    expect(startIndex).toBe(position);
    position += BigInt(regions.length);
  }
  expect(position).toBe(next);
});

test('F12: another cluster is FAILED_PRECONDITION, in PD’s words', async () => {
  const { clusterId } = await leader.status();
  const count = await refusals('cluster');
  using reader = await SyncReader.ask(leader, { clusterId: clusterId + 1n });
  expect(await reader.end()).toMatchObject({
    code: Status.FAILED_PRECONDITION,
    details: `mismatch cluster id, need ${clusterId} but got ${clusterId + 1n}`,
  });
  expect(await count()).toBe(1);
});

test.for([
  { member: 'without a name', ask: { name: '' }, details: /member\.name/ },
  { member: 'without client URLs', ask: { clientUrls: [] }, details: /member\.client_urls/ },
])('F12: a member $member is INVALID_ARGUMENT and names the field', async ({ ask, details }) => {
  const count = await refusals('request');
  using reader = await SyncReader.ask(leader, ask);
  const end = await reader.end();
  expect(end.code).toBe(Status.INVALID_ARGUMENT);
  expect(end.details).toMatch(details);
  expect(await count()).toBe(1);
});

test('F12: a second request on a stream means nothing', async () => {
  using reader = await SyncReader.ask(leader, { startIndex: next });
  await reader.until('the first frame', (frames) => frames.length > 0);
  const count = await refusals('surplus');
  reader.send({ startIndex: 0n });
  await reader.until('signs of life', (frames) => frames.length > 3);
  expect(reader.frames.every((frame) => isEmpty(frame) && frame.startIndex === next)).toBe(true);
  expect(await count()).toBe(1);
});

test('F12: of two with one name the newest lasts, but they do not throw each other out for ever', async () => {
  const count = await refusals('twin');
  const readers: SyncReader[] = [];
  for (let n = 0; n < 4; n++) readers.push(await SyncReader.ask(leader, { startIndex: next, name: 'twin' }));
  const [first, second, third, refused] = readers as [SyncReader, SyncReader, SyncReader, SyncReader];
  for (const older of [first, second]) {
    expect(await older.end()).toMatchObject({
      code: Status.UNAVAILABLE,
      details: 'a newer stream has this name',
    });
  }
  const end = await refused.end();
  expect(end).toMatchObject({ code: Status.UNAVAILABLE });
  expect(Number(end.trailer.get('retry-after-ms'))).toBeGreaterThan(0);
  expect([third.ended, await count()]).toEqual([undefined, 1]);
  await third.until('a sign of life', (frames) => frames.length > 1);
  for (const reader of readers) reader[Symbol.dispose]();
});
