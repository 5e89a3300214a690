// The one place that reaches into grpc-js (pinned to 1.14.7): the HTTP/2 stream under a call, so that many framed
// messages go out in one write. grpc-js keeps it private in its base server call, below any interceptors.
// Where the shape differs nothing breaks: callers fall back to one call.write per message.

import { constants, type ServerHttp2Stream } from 'node:http2';
import { Duplex } from 'node:stream';

// Interceptors wrap the base call; more layers than this would be a cycle.
const maxInterceptors = 16;

/** The HTTP/2 stream of a server call, or undefined when grpc-js is not shaped as expected. */
export function http2StreamOf(call: object): ServerHttp2Stream | undefined {
  let layer = property(call, 'call');
  for (let depth = 0; depth < maxInterceptors; depth++) {
    const stream = property(layer, 'stream');
    if (isServerHttp2Stream(stream)) return stream;
    layer = property(layer, 'nextCall');
  }
  return undefined;
}

/** Resets the stream under a call, and with it what is still queued; does nothing when it has closed. */
export function resetStream(call: object): void {
  http2StreamOf(call)?.close(constants.NGHTTP2_CANCEL);
}

function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (Reflect.get(value, key) as unknown) : undefined;
}

function isServerHttp2Stream(value: unknown): value is ServerHttp2Stream {
  return (
    value instanceof Duplex &&
    typeof property(value, 'respond') === 'function' &&
    typeof property(value, 'sendTrailers') === 'function'
  );
}
