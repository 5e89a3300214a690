import { recordSpans } from '@syncline/telemetry/span-recorder.ts';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { firstOfTerm } from '../log/index.ts';
import { Heartbeat, readHeartbeat } from '../wire/heartbeat.ts';
import { RecordTraces } from './record-traces.ts';
import { heartbeatOf } from './world/heartbeats.ts';

const recorder = await recordSpans();
afterAll(() => recorder[Symbol.asyncDispose]());

const at = firstOfTerm(2);
const asked = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const followed = () => true;
const alone = () => false;

let seen: number;
beforeEach(() => {
  seen = recorder.spans.length;
});

/** The spans that this test has ended, by the sequence numbers of their records. */
function ended(): string[] {
  return recorder.spans.slice(seen).map(({ attributes }) => String(attributes['syncline.index']));
}

function record(traces: RecordTraces, index: number, traceparent?: string): void {
  const bytes = heartbeatOf({ id: 7, store: 3, ...(traceparent !== undefined && { traceparent }) });
  const heartbeat = new Heartbeat();
  readHeartbeat(bytes, heartbeat);
  traces.recorded(index, bytes, heartbeat);
}

test('a record whose heartbeat has a trace context is a child of it, until it is durable and sent', () => {
  const traces = new RecordTraces(0);
  record(traces, at, asked);
  expect(traces.sent(at - 5, 5)).toBe('');
  traces.committed(at + 1, followed);
  expect(ended()).toEqual([]);
  const traceparent = traces.sent(at - 1, 2);
  const span = recorder.spans.at(-1);
  expect(span).toMatchObject({
    name: 'region record',
    traceId: '0af7651916cd43dd8448eb211c80319c',
    parentSpanId: 'b7ad6b7169203331',
    attributes: { 'syncline.index': '2:0', 'syncline.region': '7', 'syncline.store': '3' },
  });
  expect(traceparent).toBe(`00-${span?.traceId}-${span?.spanId}-01`);
});

test('of a frame the first record that is traced is told, to everybody who is sent it; all of them are over', () => {
  const traces = new RecordTraces(2);
  for (let i = 0; i < 6; i++) record(traces, at + i);
  traces.committed(at + 6, followed);
  const first = traces.sent(at, 4);
  expect(ended()).toEqual(['2:1', '2:3']);
  expect([first === '', traces.sent(at, 4) === first, traces.sent(at + 2, 2) === first]).toEqual([
    false,
    true,
    false,
  ]);
  traces.end();
  expect(ended()).toEqual(['2:1', '2:3', '2:5']);
});

test('one in so many is traced of those that do not ask for it, with a trace of its own', () => {
  const traces = new RecordTraces(3);
  for (let i = 0; i < 10; i++) record(traces, at + i, i % 2 === 0 ? undefined : 'nonsense');
  traces.committed(at + 10, alone);
  expect(ended()).toEqual(['2:2', '2:5', '2:8']);
  expect(recorder.spans.at(-1)?.parentSpanId).toBeUndefined();
});

test('without followers a record is over when it is durable, and not before', () => {
  const traces = new RecordTraces(1);
  record(traces, at);
  record(traces, at + 1);
  traces.committed(at + 1, alone);
  expect(ended()).toEqual(['2:0']);
});

test('nothing is traced that was decided not to be', () => {
  const traces = new RecordTraces(0);
  record(traces, at, asked.replace(/01$/, '00'));
  record(traces, at + 1);
  traces.committed(at + 2, alone);
  expect([ended(), traces.sent(at, 2)]).toEqual([[], '']);
});

test('more than are remembered end the oldest', () => {
  const traces = new RecordTraces(1);
  for (let i = 0; i < 70; i++) record(traces, at + i);
  expect(ended()).toEqual(['2:0', '2:1', '2:2', '2:3', '2:4', '2:5']);
  expect(traces.sent(at, 6)).toBe('');
  traces.end();
  expect(ended()).toHaveLength(70);
});
