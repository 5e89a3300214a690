// Spans with explicit origins. A trace follows a change across queues and processes by links that are carried with
// the change: a mailbox runs in its creator's context, so nothing here trusts the async context across one.

import { type Link, ProxyTracerProvider, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { spanContextOf } from './trace-context.ts';

/** The suite's tracer; its spans cost next to nothing while no SDK is registered. */
export const tracer = trace.getTracer('syncline');

/** Links a batch span may have; the changes beyond it are counted, not linked. */
export const maxLinks = 32;

/** Whether spans go anywhere: decides once, at start, if tracing is put into a path at all. */
export function tracingEnabled(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer('syncline') !== undefined;
}

/** Links to the spans that these carriers name, the first 32; absent and malformed carriers are skipped. */
export function linksTo(traceparents: Iterable<string | undefined>): Link[] {
  const links: Link[] = [];
  for (const traceparent of traceparents) {
    if (links.length === maxLinks) break;
    const origin = spanContextOf(traceparent);
    if (origin !== undefined) links.push({ context: origin });
  }
  return links;
}

/** Marks a span as failed, with the error as an event of it. */
export function fail(span: Span, error: unknown): void {
  const exception = error instanceof Error ? error : String(error);
  span.recordException(exception);
  span.setStatus({
    code: SpanStatusCode.ERROR,
    message: error instanceof Error ? error.message : exception.toString(),
  });
}
