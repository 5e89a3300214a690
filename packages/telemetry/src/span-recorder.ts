// Keeps finished spans in memory, for tests of what is traced.

import type { Attributes, Link, SpanKind, SpanStatus } from '@opentelemetry/api';
import { startTracing } from './tracing.ts';

/** What a test may want to know about a span. */
export interface RecordedSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly attributes: Attributes;
  readonly links: readonly Link[];
  readonly status: SpanStatus;
}

/** Finished spans in the order they ended. */
export interface SpanRecorder extends AsyncDisposable {
  readonly spans: readonly RecordedSpan[];
}

/** Registers an SDK that records. One per process: the first registration wins. */
export async function recordSpans(): Promise<SpanRecorder> {
  const spans: RecordedSpan[] = [];
  const tracing = await startTracing([
    {
      onStart() {},
      onEnd(span) {
        const { traceId, spanId } = span.spanContext();
        const { name, kind, attributes, links, status } = span;
        spans.push({
          name,
          kind,
          traceId,
          spanId,
          parentSpanId: span.parentSpanContext?.spanId,
          attributes,
          links,
          status,
        });
      },
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    },
  ]);
  return { spans, [Symbol.asyncDispose]: () => tracing[Symbol.asyncDispose]() };
}
