// Puts nice-grpc middleware in front of a handler. Without any, a call costs no generator.

import type { CallContext, MethodDescriptor, ServerMiddleware, ServerMiddlewareCall } from 'nice-grpc-common';
import type { StreamHandler } from './response-stream.ts';
import type { SingleHandler } from './unary.ts';

type Call = ServerMiddlewareCall<unknown, unknown>;

// The request as middleware sees it: a message, or an iterable of messages.
function requestOf(method: MethodDescriptor, request: unknown) {
  return method.requestStream
    ? { requestStream: true as const, request: request as AsyncIterable<unknown> }
    : { requestStream: false as const, request };
}

/** `handler` behind `middleware`, for a method with one response. */
export function aroundSingle(
  middleware: ServerMiddleware | undefined,
  method: MethodDescriptor,
  handler: SingleHandler,
): SingleHandler {
  if (middleware === undefined) return handler;
  return async (request, context) => {
    const call: Call = {
      method,
      ...requestOf(method, request),
      responseStream: false,
      // oxlint-disable-next-line require-yield -- nice-grpc's one shape for all kinds of RPC
      async *next(nextRequest: unknown, nextContext: CallContext) {
        return await handler(nextRequest, nextContext);
      },
    };
    const { done, value } = await middleware(call, context).next();
    if (done !== true)
      throw new TypeError(`${method.path}: a middleware yielded where one response is returned`);
    return value;
  };
}

/** `handler` behind `middleware`, for a method whose responses stream. */
export function aroundStream(
  middleware: ServerMiddleware | undefined,
  method: MethodDescriptor,
  handler: StreamHandler,
): StreamHandler {
  if (middleware === undefined) return handler;
  return (request, context) => {
    const call: Call = {
      method,
      ...requestOf(method, request),
      responseStream: true,
      async *next(nextRequest: unknown, nextContext: CallContext) {
        yield* handler(nextRequest, nextContext);
      },
    };
    return middleware(call, context);
  };
}
