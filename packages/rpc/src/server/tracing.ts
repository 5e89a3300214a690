// Spans of incoming calls, by our own middleware (docs/decisions/0003-telemetry-by-middleware.md).

import { context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { spanContextOf } from '@syncline/telemetry/trace-context.ts';
import {
  type CallContext,
  type Metadata,
  type MethodDescriptor,
  type ServerMiddleware,
  Status,
} from 'nice-grpc-common';
import { startCallSpan } from '../call-span.ts';
import { statusOf } from './status.ts';

// The statuses that mean the server failed; the others answer the client.
const serverFaults: readonly Status[] = [
  Status.UNKNOWN,
  Status.DEADLINE_EXCEEDED,
  Status.UNIMPLEMENTED,
  Status.INTERNAL,
  Status.UNAVAILABLE,
  Status.DATA_LOSS,
];

/** Traces every call. The handler runs inside the call's span, a stream's handler inside its caller's. */
export const tracing: ServerMiddleware = (call, callContext) => {
  const span = startSpan(call.method, callContext.metadata);
  const within = trace.setSpan(context.active(), span);
  if (!call.responseStream) return single(call.next(call.request, callContext), span, within, callContext);
  span.end();
  return bound(call.next(call.request, callContext), within);
};

/** Traces the opening of a raw stream. */
export function traceOpen(method: MethodDescriptor, metadata: Metadata): void {
  startSpan(method, metadata).end();
}

function startSpan(method: MethodDescriptor, metadata: Metadata): Span {
  const remote = spanContextOf(metadata.get('traceparent'));
  const parent = remote === undefined ? context.active() : trace.setSpanContext(context.active(), remote);
  return startCallSpan(method, SpanKind.SERVER, parent);
}

type Within = ReturnType<typeof context.active>;

// oxlint-disable-next-line require-yield -- nice-grpc's one shape for all kinds of RPC
async function* single<Response>(
  answer: AsyncGenerator<Response, Response | void, undefined>,
  span: Span,
  within: Within,
  { signal }: CallContext,
): AsyncGenerator<Response, Response | void, undefined> {
  let code = Status.OK;
  try {
    return (await context.with(within, () => answer.next())).value;
  } catch (error) {
    code = statusOf(error, signal, false).code;
    if (error instanceof Error) span.recordException(error);
    throw error;
  } finally {
    span.setAttribute('rpc.grpc.status_code', code);
    if (serverFaults.includes(code)) span.setStatus({ code: SpanStatusCode.ERROR, message: Status[code] });
    span.end();
  }
}

// A generator runs in the context of whoever asks for its next value, which is the pump, not the caller.
function bound<Response>(
  responses: AsyncGenerator<Response, Response | void, undefined>,
  within: Within,
): AsyncGenerator<Response, Response | void, undefined> {
  return {
    next: () => context.with(within, () => responses.next()),
    throw: (error) => context.with(within, () => responses.throw(error)),
    return: (value) => context.with(within, () => responses.return(value)),
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: () => responses[Symbol.asyncDispose](),
  };
}
