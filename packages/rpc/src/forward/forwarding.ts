// Calls that this server does not answer itself but passes on to another one. Their messages stay bytes, so nothing that
// only the other server knows of them is lost, and its status comes back in its own words.
// Invariant: what is passed on ends with the call it came from, and no earlier than the other server says.

import { Metadata } from 'nice-grpc-common';
import type { Binding, BoundMethod } from '../binding.ts';
import type { RawClientStream } from '../client/raw-stream.ts';
import type { Connection } from '../connect.ts';
import type { Method } from '../method.ts';
import type { RawCall } from '../raw-call.ts';
import { decodeRequest } from '../server/request-stream.ts';
import { onwardMetadata } from './onward-metadata.ts';
import { pipe } from './pipe.ts';
import { singleAnswer } from './single-answer.ts';

// The other server gives a unary call that says nothing a deadline of its own, which may be shorter than its caller's.
const noDefaultDeadline = ['grpc-timeout', '24H'] as const;

/** Where a call goes instead. */
export interface Onward {
  readonly connection: Connection;
  /** What the other server is told in place of the caller's metadata, see onwardMetadata. */
  readonly metadata: Metadata;
}

/** Decides on a call of `/package.Service/Method`: undefined answers it here, a ServerError refuses it. */
export type Route = (path: string, metadata: Metadata) => Onward | undefined;

/**
 * `binding`, but for the calls that `route` sends elsewhere. The other server's message and status are passed back, its
 * header and trailer are not. A unary call has its deadline here: at the other server it ends by being cancelled.
 * Throws TypeError for a method that answers by an async generator; one that is bound raw may stream its answers.
 */
export function forwarding(binding: Binding, route: Route): Binding {
  return { ...binding, methods: binding.methods.map((bound) => routed(bound, route)) };
}

function routed(bound: BoundMethod, route: Route): BoundMethod {
  return bound.kind === 'raw' ? routedStream(bound, route) : routedAnswer(bound, route);
}

function routedStream(bound: Extract<BoundMethod, { kind: 'raw' }>, route: Route): BoundMethod {
  const { path } = bound.method.descriptor;
  return {
    ...bound,
    handler(call: RawCall) {
      const onward = route(path, call.metadata);
      if (onward === undefined) return bound.handler(call);
      pipe(call, opened(path, onward, call.signal));
    },
  };
}

function routedAnswer(
  { method, handler }: Extract<BoundMethod, { kind: 'typed' }>,
  route: Route,
): BoundMethod {
  const { path, requestStream, responseStream } = method.descriptor;
  if (responseStream) throw new TypeError(`forwarding: ${path} streams its answers; bind it with rawBidi()`);
  const read = (request: unknown) =>
    requestStream
      ? decodedStream(method, request as AsyncIterable<Uint8Array>)
      : decodeRequest(method, request as Uint8Array);
  return {
    kind: 'typed',
    method: { ...method, decodeRequest: (bytes) => bytes, encodeResponse: (bytes) => bytes as Uint8Array },
    async handler(request, context) {
      const onward = route(path, context.metadata);
      if (onward === undefined) return method.encodeResponse(await handler(read(request), context));
      const { signal } = context;
      if (requestStream)
        return await singleAnswer(opened(path, onward, signal), request as AsyncIterable<Uint8Array>, signal);
      const metadata = Metadata(onward.metadata).set(...noDefaultDeadline);
      return await singleAnswer(
        opened(path, { ...onward, metadata }, signal),
        [request as Uint8Array],
        signal,
      );
    },
  };
}

function opened(path: string, { connection, metadata }: Onward, signal: AbortSignal): RawClientStream {
  return connection.raw(path, { metadata: onwardMetadata(metadata), signal });
}

async function* decodedStream(method: Method, requests: AsyncIterable<Uint8Array>): AsyncGenerator {
  for await (const request of requests) yield decodeRequest(method, request);
}
