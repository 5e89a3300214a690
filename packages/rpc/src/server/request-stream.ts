// Request messages as an async iterable. Leaving the loop early does not destroy the call:
// a handler may stop reading and go on answering.

import type { Readable } from 'node:stream';
import { ServerError, Status } from 'nice-grpc-common';
import type { Method } from '../method.ts';

/** Decodes one request; throws INTERNAL, as gRPC does for bytes that are not the message they should be. */
export function decodeRequest<Request>(
  codec: { decodeRequest(bytes: Uint8Array): Request },
  bytes: Uint8Array,
): Request {
  try {
    return codec.decodeRequest(bytes);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ServerError(Status.INTERNAL, `cannot decode the request (${bytes.byteLength} bytes): ${why}`);
  }
}

/** The call's requests in order; ends at half-close, throws the signal's reason when the call ends first. */
export async function* requestsOf(call: Readable, method: Method, signal: AbortSignal): AsyncGenerator {
  try {
    for await (const bytes of call.iterator({ destroyOnReturn: false })) {
      yield decodeRequest(method, bytes as Buffer);
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}
