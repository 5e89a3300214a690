// A watch that is asked for its first message alone, which is the whole present state.

import { ClientError, Status } from 'nice-grpc-common';

/** The first message of `stream`, which is ended then. Rejects with UNAVAILABLE when it ends without one. */
export async function firstOf<T>(stream: AsyncIterable<T>, path: string): Promise<T> {
  for await (const message of stream) return message;
  throw new ClientError(path, Status.UNAVAILABLE, 'the stream ended without a message');
}
