// Methods whose responses stream: pulls the handler's async iterable no faster than the client reads.
// A response that cannot be delivered is thrown into the generator, so its finally blocks run.

import type { Writable } from 'node:stream';
import type { handleBidiStreamingCall, handleServerStreamingCall } from '@grpc/grpc-js';
import type { CallContext } from 'nice-grpc-common';
import type { toWire } from '../metadata.ts';
import type { Method } from '../method.ts';
import type { OpenCall } from './open-call.ts';
import type { OpenCalls } from './open-calls.ts';
import { decodeRequest, requestsOf } from './request-stream.ts';
import { type StallBudget, taken } from './stall-budget.ts';

/** Answers with a stream of messages; a middleware may stand in front of it. */
export type StreamHandler = (request: unknown, context: CallContext) => AsyncIterable<unknown>;

/** A server-streaming method; a client that does not read holds its stream for as long as the budget. */
export function serverStreamMethod(
  calls: OpenCalls,
  method: Method,
  handler: StreamHandler,
  stall: StallBudget,
): handleServerStreamingCall<Buffer, Uint8Array> {
  return (surface) => {
    const call = calls.open(surface, method.descriptor, (status) => surface.emit('error', status));
    if (call.over) return;
    void respond(surface, call, method, stall, () =>
      handler(decodeRequest(method, surface.request), call.context),
    );
  };
}

/** A bidirectional method whose handler is a generator; the client's half-close only ends the requests. */
export function bidiMethod(
  calls: OpenCalls,
  method: Method,
  handler: StreamHandler,
  stall: StallBudget,
): handleBidiStreamingCall<Buffer, Uint8Array> {
  return (surface) => {
    const call = calls.open(surface, method.descriptor, (status) => surface.emit('error', status));
    if (call.over) return;
    void respond(surface, call, method, stall, () =>
      handler(requestsOf(surface, method, call.signal), call.context),
    );
  };
}

type Surface = Writable & { end(trailer?: ReturnType<typeof toWire>): unknown };

// Never rejects: whatever the handler does becomes responses and a status.
async function respond(
  surface: Surface,
  call: OpenCall,
  method: Method,
  stall: StallBudget,
  handle: () => AsyncIterable<unknown>,
): Promise<void> {
  try {
    const responses: AsyncIterator<unknown, unknown> = handle()[Symbol.asyncIterator]();
    let step = await responses.next();
    while (step.done !== true && !call.over) {
      let bytes: Uint8Array;
      try {
        bytes = method.encodeResponse(step.value);
      } catch (error) {
        if (responses.throw === undefined) throw error;
        step = await responses.throw(error);
        continue;
      }
      call.context.sendHeader();
      await taken(surface, bytes, call, stall);
      if (!call.over) step = await responses.next();
    }
    if (call.over) return await abandon(responses, step, call.signal.reason);
    call.context.sendHeader();
    surface.end(call.succeed());
  } catch (error) {
    call.fail(error);
  }
}

// The generator gets one chance to clean up; one that swallows the reason and yields on is returned.
async function abandon(
  responses: AsyncIterator<unknown, unknown>,
  last: IteratorResult<unknown, unknown>,
  reason: unknown,
): Promise<void> {
  if (last.done === true) return;
  const after = await responses.throw?.(reason);
  if (after?.done !== true) await responses.return?.();
}
