// What a thrown value says to the client. The one place where an error becomes a status.

import { StoppedError } from '@syncline/runtime/stop-signal.ts';
import { ServerError, Status } from 'nice-grpc-common';
import { CallEnded } from './call-ended.ts';

/** A status and its text; `unexpected` marks a fault of ours, which the client is told nothing about. */
export interface ErrorStatus {
  readonly code: Status;
  readonly details: string;
  readonly unexpected: boolean;
}

/**
 * Maps an error thrown by a handler of a call with this signal.
 * An abort tells why the call, or the server, stopped; anything that is not a ServerError is INTERNAL.
 */
export function statusOf(error: unknown, signal: AbortSignal, stopping: boolean): ErrorStatus {
  if (error instanceof ServerError || error instanceof CallEnded) {
    return { code: error.code, details: error.details, unexpected: false };
  }
  const aborted = error instanceof Error && error.name === 'AbortError';
  if (aborted && signal.reason instanceof CallEnded) return statusOf(signal.reason, signal, stopping);
  if (error instanceof StoppedError || (aborted && stopping)) {
    return { code: Status.UNAVAILABLE, details: 'server is stopping', unexpected: false };
  }
  if (aborted) return { code: Status.CANCELLED, details: 'the operation was aborted', unexpected: false };
  return { code: Status.INTERNAL, details: "internal error; the server's log has it", unexpected: true };
}
