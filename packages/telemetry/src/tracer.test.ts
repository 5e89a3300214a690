import { SpanStatusCode } from '@opentelemetry/api';
import { afterAll, expect, test } from 'vitest';
import { recordSpans } from './span-recorder.ts';
import { currentTraceparent, linksTo, maxLinks, traced, tracingEnabled } from './tracer.ts';

expect(tracingEnabled()).toBe(false);
const recorder = await recordSpans();
afterAll(() => recorder[Symbol.asyncDispose]());

test('tracing is on once an SDK is registered', () => {
  expect(tracingEnabled()).toBe(true);
});

test('a span holds what ran inside it, across awaits', async () => {
  const carrier = await traced('outer', { attributes: { 'datastore.name': 'r1' } }, async () => {
    await traced('inner', {}, () => Promise.resolve());
    return currentTraceparent();
  });
  const [inner, outer] = recorder.spans.slice(-2);
  expect(inner).toMatchObject({ name: 'inner', parentSpanId: outer?.spanId, traceId: outer?.traceId });
  expect(outer).toMatchObject({ name: 'outer', attributes: { 'datastore.name': 'r1' } });
  expect(carrier).toBe(`00-${outer?.traceId}-${outer?.spanId}-01`);
  expect(currentTraceparent()).toBeUndefined();
});

test('a failure marks the span and goes on to the caller', async () => {
  await expect(traced('bad', {}, () => Promise.reject(new Error('disk full')))).rejects.toThrow('disk full');
  expect(recorder.spans.at(-1)?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'disk full' });
});

test('links skip what names no span and stop at 32', () => {
  const carrier = (index: number) => `00-${'a'.repeat(32)}-${(index + 1).toString(16).padStart(16, '0')}-01`;
  const carriers = [undefined, 'nonsense', ...Array.from({ length: 100 }, (_, index) => carrier(index))];
  const links = linksTo(carriers);
  expect(links).toHaveLength(maxLinks);
  expect(links[0]?.context.spanId).toBe('0000000000000001');
});
