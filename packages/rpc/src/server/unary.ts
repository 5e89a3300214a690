// Methods with one response: awaits the handler, sends its response, header and trailer.

import type { handleClientStreamingCall, handleUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import { type CallContext, Status } from 'nice-grpc-common';
import type { Method } from '../method.ts';
import type { OpenCall } from './open-call.ts';
import type { OpenCalls } from './open-calls.ts';
import { decodeRequest, requestsOf } from './request-stream.ts';

/** Answers with one message; a middleware may stand in front of it. */
export type SingleHandler = (request: unknown, context: CallContext) => Promise<unknown>;

/**
 * A unary method. A call without a deadline of its own gets `defaultDeadlineMs`;
 * at the deadline the client has its answer and the handler's signal aborts.
 */
export function unaryMethod(
  calls: OpenCalls,
  method: Method,
  handler: SingleHandler,
  defaultDeadlineMs: number,
): handleUnaryCall<Buffer, Uint8Array> {
  return (surface, callback) => {
    const call = calls.open(surface, method.descriptor, callback);
    if (call.over) return;
    const deadline =
      surface.getDeadline() === Infinity
        ? setTimeout(() => {
            call.end(
              Status.DEADLINE_EXCEEDED,
              `no deadline was set; the server's ${defaultDeadlineMs} ms passed`,
            );
          }, defaultDeadlineMs).unref()
        : undefined;
    void answer(call, method, callback, () =>
      handler(decodeRequest(method, surface.request), call.context),
    ).finally(() => clearTimeout(deadline));
  };
}

/** A client-streaming method. */
export function clientStreamMethod(
  calls: OpenCalls,
  method: Method,
  handler: SingleHandler,
): handleClientStreamingCall<Buffer, Uint8Array> {
  return (surface, callback) => {
    const call = calls.open(surface, method.descriptor, callback);
    if (call.over) return;
    void answer(call, method, callback, () =>
      handler(requestsOf(surface, method, call.signal), call.context),
    );
  };
}

// Never rejects: whatever the handler does becomes a response or a status.
async function answer(
  call: OpenCall,
  method: Method,
  callback: sendUnaryData<Uint8Array>,
  handle: () => Promise<unknown>,
): Promise<void> {
  try {
    const response = method.encodeResponse(await handle());
    if (call.over) return;
    call.context.sendHeader();
    callback(null, response, call.succeed());
  } catch (error) {
    call.fail(error);
  }
}
