// The last step of a change's trace: it was handed to subscribers. Linked to the commit, not inside of it, because
// the two run in different threads and a subscriber's pace is its own.

import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import { linksTo, tracer } from '@syncline/telemetry/tracer.ts';

/** One message of a feed and whom it goes to. */
export interface Sending {
  readonly datastore: number;
  /** The commit's span. */
  readonly traceparent: string;
  readonly subscribers: number;
  readonly updates: number;
  readonly bytes: number;
}

/** Runs `send` in a span of its own. */
export function tracedSend(sending: Sending, send: () => void): void {
  const span = tracer.startSpan(
    'northbound.send',
    {
      kind: SpanKind.PRODUCER,
      links: linksTo([sending.traceparent]),
      attributes: {
        'syncline.datastore': sending.datastore,
        'syncline.subscribers': sending.subscribers,
        'syncline.updates': sending.updates,
        'syncline.bytes': sending.bytes,
      },
    },
    ROOT_CONTEXT,
  );
  try {
    send();
  } finally {
    span.end();
  }
}
