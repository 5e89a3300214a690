// Waiting for a stream of a tap, within a bound.

import {
  StreamStatus_Status as Status,
  type StreamStatus,
  TapDefinition,
} from '@syncline/proto/ambassador.ts';
import { TapAdminServiceDefinition } from '@syncline/proto/tap-admin.ts';
import { plainName } from './enum-name.ts';
import type { Session } from './session.ts';
import { type StreamName, streamMessage, streamText } from './stream-name.ts';

/** A stream that did not become open in time; the message says what it is instead, and why if the tap knows. */
export class NotOpenError extends Error {
  override name = 'NotOpenError';
}

/** Resolves when the stream is open. Rejects with NotOpenError after the session's timeout, or when somebody closes it. */
export async function opened(session: Session, stream: StreamName): Promise<void> {
  const deadline = AbortSignal.timeout(session.timeoutMs);
  const filter = streamMessage(stream);
  const watched = session.connection
    .client(TapDefinition)
    .watch(filter, { signal: AbortSignal.any([session.signal, deadline]) });
  let seen = 'not told of by the tap';
  try {
    for await (const { streamStatus } of watched) {
      const [row] = streamStatus;
      if (row?.status === Status.OPEN) return;
      if (row === undefined) throw new NotOpenError(`${streamText(filter)} was closed by somebody else`);
      seen = statusText(row);
    }
    throw new NotOpenError(`the tap ended the watch; ${streamText(filter)} is ${seen}`);
  } catch (error) {
    if (!deadline.aborted) throw error;
  }
  const reason = await reasonOf(session, stream);
  const name = streamText(filter);
  throw new NotOpenError(
    `${name} is ${seen} after ${session.timeoutMs} ms${reason}; it stays asked for, until: syncline tap close ${name}`,
  );
}

/** A status as people write it: `open`. */
export function statusText({ status }: StreamStatus): string {
  return plainName(Status, status);
}

/** Why the stream is as it is: ambassador.v1 has no words for it, and Meridio's tap no admin service. */
async function reasonOf(session: Session, { stream, conduit }: StreamName): Promise<string> {
  try {
    const { dump } = await session.connection
      .client(TapAdminServiceDefinition)
      .dump({}, { signal: session.signal });
    const row = dump?.streams.find((each) => each.name === stream && each.conduit === conduit);
    return row === undefined || row.reason === '' ? '' : `: ${row.reason}`;
  } catch (error) {
    session.signal.throwIfAborted();
    return `; the tap does not say why (${error instanceof Error ? error.message : String(error)})`;
  }
}
