import { recordSpans } from '@syncline/telemetry/span-recorder.ts';
import { expect, test } from 'vitest';
import { tracedSend } from './send-span.ts';

test('a send is a span of its own that is linked to the commit', async () => {
  await using recorder = await recordSpans();
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
  let sent = false;
  tracedSend({ datastore: 1, traceparent, subscribers: 200, updates: 3, bytes: 90 }, () => {
    sent = true;
  });
  expect(sent).toBe(true);
  const [span] = recorder.spans;
  expect(span).toMatchObject({
    name: 'northbound.send',
    parentSpanId: undefined,
    attributes: { 'syncline.subscribers': 200, 'syncline.updates': 3, 'syncline.bytes': 90 },
  });
  expect(span?.traceId).not.toBe(traceId);
  expect(span?.links.map(({ context }) => context.spanId)).toEqual(['b7ad6b7169203331']);
});
