// A change from its store to a follower, by the spans alone.

import { type RecordedSpan, recordSpans } from '@syncline/telemetry/span-recorder.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { until } from '@syncline/testkit/wait.ts';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { startFollower } from '../follower/world/follower-world.ts';
import { RecordTraces } from './record-traces.ts';
import { HeartbeatStore, sideBySide } from './world/heartbeats.ts';
import { type LeaderWorld, startLeaderAnywhere } from './world/leader-world.ts';
import { SyncPeer } from './world/sync-peer.ts';

const recorder = await recordSpans();
afterAll(() => recorder[Symbol.asyncDispose]());

let seen: number;
beforeEach(() => {
  seen = recorder.spans.length;
});

/** The spans of regions that this test has ended. */
function regionSpans(): RecordedSpan[] {
  return recorder.spans.slice(seen).filter(({ name }) => name.startsWith('region '));
}

const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

/** Tells of three regions, of the second with a trace context; gives that record's index. */
async function tellThree(w: LeaderWorld): Promise<number> {
  const { next } = w.replica;
  const store = new HeartbeatStore(w.connection);
  store.tell(...sideBySide(3).map((said) => (said.id === 2 ? { ...said, traceparent } : said)));
  await w.taken(4);
  return next + 1;
}

test('a heartbeat with a trace context is followed to the leader’s record and on to the follower', async () => {
  await using directory = await tempDir('follower');
  await using w = await startLeaderAnywhere({ traces: new RecordTraces(0) });
  await using f = await startFollower({ directory: directory.path, address: w.address });
  await f.reaches('live');
  await tellThree(w);
  const spans = await until(regionSpans, {
    deadlineMs: 5_000,
    describe: 'both spans',
    accept: ({ length }) => length === 2,
  });
  const of = (name: string): RecordedSpan | undefined => spans.find((span) => span.name === name);
  const record = of('region record');
  expect(record).toMatchObject({
    traceId,
    parentSpanId: 'b7ad6b7169203331',
    attributes: { 'syncline.region': '2', 'syncline.store': '1' },
  });
  expect(of('region apply')).toMatchObject({
    parentSpanId: undefined,
    links: [{ context: { traceId, spanId: record?.spanId } }],
    attributes: { 'syncline.member': 'follower' },
  });
  expect(of('region apply')?.traceId).not.toBe(traceId);
});

test('only the frame that has the record has its trace context, and a PD is told nothing of it', async () => {
  await using w = await startLeaderAnywhere({
    traces: new RecordTraces(0),
    limits: { logFrame: { records: 1, bytes: 1 << 16 } },
  });
  const { next } = w.replica;
  const ours = new SyncPeer(w.connection, { name: 'f', startIndex: next, as: 'ours' });
  const pd = new SyncPeer(w.connection, { name: 'pd', startIndex: next, as: 'pd' });
  await Promise.all([ours.first(1), pd.first(1)]);
  const index = await tellThree(w);
  await Promise.all([ours.first(4), pd.first(4)]);
  const carried = ours.frames.filter((frame) => frame.traceparent !== '');
  const [span] = regionSpans();
  expect(carried).toMatchObject([{ startIndex: index, traceparent: `00-${traceId}-${span?.spanId}-01` }]);
  expect(pd.frames.every((frame) => frame.traceparent === '')).toBe(true);
});

test('without tracing a trace context is passed over', async () => {
  await using w = await startLeaderAnywhere();
  const peer = new SyncPeer(w.connection, { name: 'f', startIndex: w.replica.next, as: 'ours' });
  await peer.first(1);
  await tellThree(w);
  await until(() => peer.ids.length === 3, { deadlineMs: 5_000, describe: 'all records come', everyMs: 1 });
  expect(peer.frames.every((frame) => frame.traceparent === '')).toBe(true);
  expect(regionSpans()).toEqual([]);
});
