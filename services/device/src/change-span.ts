// The span a change starts from. Its traceparent travels with the notification, so that whoever receives it can
// link to it.

import { SpanKind } from '@opentelemetry/api';
import { traceparentOf } from '@syncline/telemetry/trace-context.ts';
import { tracer, tracingEnabled } from '@syncline/telemetry/tracer.ts';

/** Runs a change in a span of its own; `cause` says what changed the tree. */
export type ChangeSpan = (cause: string, change: (traceparent: string | undefined) => void) => void;

/** Decides once whether changes are traced. */
export function changeSpan(): ChangeSpan {
  if (!tracingEnabled()) return (_, change) => change(undefined);
  return (cause, change) => {
    const span = tracer.startSpan('device change', {
      kind: SpanKind.PRODUCER,
      attributes: { 'device.cause': cause },
    });
    try {
      change(traceparentOf(span.spanContext()));
    } finally {
      span.end();
    }
  };
}
