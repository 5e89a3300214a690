import { trace } from '@opentelemetry/api';
import { recordSpans } from '@syncline/telemetry/span-recorder.ts';
import { spanContextOf } from '@syncline/telemetry/trace-context.ts';
import { expect, test } from 'vitest';
import { SessionTrace } from './trace.ts';

test('a batch is a trace of its own, linked to the epoch whose RPC the device saw, and ends when it was taken', async () => {
  await using recorder = await recordSpans();
  const session = new SessionTrace('r1', 'all');
  const seenByDevice = session.begin(7, 'start', () => trace.getActiveSpan()?.spanContext());
  const batch = session.batch(7, 512);
  expect(recorder.spans.map(({ name }) => name)).toEqual(['session']);
  batch.end();

  const ingest = recorder.spans.find(({ name }) => name === 'ingest');
  if (ingest === undefined) throw new Error('no ingest span');
  expect(ingest.attributes).toEqual({
    'syncline.datastore': 'r1',
    'syncline.sync': 'all',
    'syncline.epoch': 7,
    'syncline.bytes': 512,
  });
  expect(ingest.links.map(({ context }) => context.spanId)).toEqual([seenByDevice?.spanId]);
  expect(spanContextOf(batch.traceparent)?.spanId).toBe(ingest.spanId);
  expect(ingest.traceId).not.toBe(seenByDevice?.traceId);
});
