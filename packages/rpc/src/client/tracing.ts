// Spans of outgoing calls, and the caller's context in their metadata.

import { type Span, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { traceparentOf } from '@syncline/telemetry/trace-context.ts';
import { fail } from '@syncline/telemetry/tracer.ts';
import { ClientError, type ClientMiddleware, Metadata } from 'nice-grpc-common';
import { startCallSpan } from '../call-span.ts';

/** Traces every call of a typed client. */
export const tracing: ClientMiddleware = (call, options) => {
  const span = startCallSpan(call.method, SpanKind.CLIENT);
  const traced = { ...options, metadata: withParent(options.metadata, span) };
  if (!call.responseStream) return single(call.next(call.request, traced), span);
  const end = endOnce(span);
  return call.next(call.request, {
    ...traced,
    // The header comes when the server has accepted the stream; the trailer comes in any case.
    onHeader(header) {
      end();
      options.onHeader?.(header);
    },
    onTrailer(trailer) {
      end();
      options.onTrailer?.(trailer);
    },
  });
};

/** The metadata of a call made inside `span`. */
export function withParent(metadata: Metadata | undefined, span: Span): Metadata {
  return Metadata(metadata).set('traceparent', traceparentOf(span.spanContext()));
}

// oxlint-disable-next-line require-yield -- nice-grpc's one shape for all kinds of RPC
async function* single<Response>(
  answer: AsyncGenerator<Response, Response | void, undefined>,
  span: Span,
): AsyncGenerator<Response, Response | void, undefined> {
  try {
    return (await answer.next()).value;
  } catch (error) {
    if (error instanceof ClientError) {
      span.setAttribute('rpc.grpc.status_code', error.code);
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.details });
    } else fail(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** Ends a span at the first call. */
export function endOnce(span: Span): () => void {
  let ended = false;
  return () => {
    if (!ended) span.end();
    ended = true;
  };
}
