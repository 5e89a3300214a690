import { SpanStatusCode } from '@opentelemetry/api';
import { afterAll, expect, test } from 'vitest';
import { recordSpans } from './span-recorder.ts';
import { fail, linksTo, maxLinks, tracer, tracingEnabled } from './tracer.ts';

expect(tracingEnabled()).toBe(false);
const recorder = await recordSpans();
afterAll(() => recorder[Symbol.asyncDispose]());

test('tracing is on once an SDK is registered', () => {
  expect(tracingEnabled()).toBe(true);
});

test('a failure marks the span', () => {
  const span = tracer.startSpan('bad');
  fail(span, new Error('disk full'));
  span.end();
  expect(recorder.spans.at(-1)?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'disk full' });
});

test('links skip what names no span and stop at 32', () => {
  const carrier = (index: number) => `00-${'a'.repeat(32)}-${(index + 1).toString(16).padStart(16, '0')}-01`;
  const carriers = [undefined, 'nonsense', ...Array.from({ length: 100 }, (_, index) => carrier(index))];
  const links = linksTo(carriers);
  expect(links).toHaveLength(maxLinks);
  expect(links[0]?.context.spanId).toBe('0000000000000001');
});
