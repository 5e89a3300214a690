import { context, trace } from '@opentelemetry/api';
import { afterAll, expect, test } from 'vitest';
import { createLogger } from './logger.ts';
import { recordSpans } from './span-recorder.ts';
import { tracer } from './tracer.ts';

const recorder = await recordSpans();
afterAll(() => recorder[Symbol.asyncDispose]());

function capture() {
  const records: Record<string, unknown>[] = [];
  const write = (line: string) => void records.push(JSON.parse(line) as Record<string, unknown>);
  const logger = createLogger({ service: 'ipam', instance: 'a', level: 'info', destination: { write } });
  return { records, logger };
}

test('a line says when, where from, how bad and what', () => {
  const { records, logger } = capture();
  logger
    .child({ component: 'pool' })
    .info({ prefix: '10.0.0.0/24', revision: 2n ** 40n }, 'prefix allocated');
  logger.debug('below the level');
  expect(records).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      service: 'ipam',
      instance: 'a',
      component: 'pool',
      prefix: '10.0.0.0/24',
      revision: 2 ** 40,
      msg: 'prefix allocated',
    },
  ]);
});

test('an error comes with its causes', () => {
  const { records, logger } = capture();
  logger.error({ err: new Error('commit failed', { cause: new Error('disk full') }) }, 'store lost');
  expect(records[0]).toMatchObject({ err: { message: 'commit failed: disk full' } });
});

test('a line written inside a span carries its ids', () => {
  const { records, logger } = capture();
  const span = tracer.startSpan('work');
  context.with(trace.setSpan(context.active(), span), () => logger.info('inside'));
  logger.info('outside');
  const { traceId, spanId } = span.spanContext();
  expect(records[0]).toMatchObject({ trace_id: traceId, span_id: spanId });
  expect(records[1]).not.toHaveProperty('trace_id');
});

test('credentials are not written', () => {
  const { records, logger } = capture();
  logger.info({ password: 'p', target: { username: 'u', token: 't' } }, 'connecting');
  expect(records[0]).toMatchObject({
    password: '[redacted]',
    target: { username: 'u', token: '[redacted]' },
  });
});
