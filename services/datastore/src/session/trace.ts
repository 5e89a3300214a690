// The spans of a session: a short one for each epoch that is begun, around the RPC that begins it, and one for each
// batch, linked to its epoch's. The device has the epoch's context in the RPC's metadata, the core that of the batch.

import { context, type SpanContext, SpanKind, trace } from '@opentelemetry/api';
import { traceparentOf } from '@syncline/telemetry/trace-context.ts';
import { tracer } from '@syncline/telemetry/tracer.ts';
import type { BatchSpan } from './ingest.ts';

/** The spans of one sync. */
export class SessionTrace {
  readonly #names: Readonly<Record<string, string>>;
  #epoch: SpanContext | undefined;

  constructor(datastore: string, sync: string) {
    this.#names = { 'syncline.datastore': datastore, 'syncline.sync': sync };
  }

  /** Runs `open`, which makes the RPC, inside the epoch's span. */
  begin<Opened>(epoch: number, why: string, open: () => Opened): Opened {
    const attributes = { ...this.#names, 'syncline.epoch': epoch, 'syncline.why': why };
    const span = tracer.startSpan('session', { kind: SpanKind.CLIENT, attributes });
    this.#epoch = span.spanContext();
    try {
      return context.with(trace.setSpan(context.active(), span), open);
    } finally {
      span.end();
    }
  }

  /** Begins the span of a batch that leaves for the core. */
  batch(epoch: number, bytes: number): BatchSpan {
    const span = tracer.startSpan('ingest', {
      kind: SpanKind.CONSUMER,
      root: true,
      attributes: { ...this.#names, 'syncline.epoch': epoch, 'syncline.bytes': bytes },
      links: this.#epoch === undefined ? [] : [{ context: this.#epoch }],
    });
    return { traceparent: traceparentOf(span.spanContext()), end: () => span.end() };
  }
}
