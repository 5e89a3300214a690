// Spans with explicit origins. A trace follows a change across queues and processes by links that are carried with
// the change: a mailbox runs in its creator's context, so nothing here trusts the async context across one.

import {
  type Attributes,
  context,
  type Link,
  ProxyTracerProvider,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { spanContextOf, traceparentOf } from './trace-context.ts';

/** The suite's tracer; its spans cost next to nothing while no SDK is registered. */
export const tracer = trace.getTracer('syncline');

/** Links a batch span may have; the changes beyond it are counted, not linked. */
export const maxLinks = 32;

/** Whether spans go anywhere: decides once, at start, if tracing is put into a path at all. */
export function tracingEnabled(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer('syncline') !== undefined;
}

/** The `traceparent` of the span this code runs in; taken when a change enters a queue and kept with it. */
export function currentTraceparent(): string | undefined {
  const current = trace.getActiveSpan()?.spanContext();
  return current === undefined ? undefined : traceparentOf(current);
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

export interface TracedOptions {
  /** INTERNAL by default; CONSUMER for work on changes that came from elsewhere. */
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /** Where the work came from: see `linksTo`. */
  readonly links?: Link[];
  /** The caller's span in another process; the active span is the parent without it. */
  readonly parent?: SpanContext | undefined;
}

/** Runs `run` in a span of its own, which ends when `run` returns or its promise settles, and notes a failure. */
export function traced<Result>(
  name: string,
  options: TracedOptions,
  run: (span: Span) => Promise<Result>,
): Promise<Result> {
  const { kind = SpanKind.INTERNAL, attributes = {}, links = [], parent } = options;
  const around = parent === undefined ? context.active() : trace.setSpanContext(context.active(), parent);
  return tracer.startActiveSpan(name, { kind, attributes, links }, around, async (span) => {
    try {
      return await run(span);
    } catch (error) {
      fail(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
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
