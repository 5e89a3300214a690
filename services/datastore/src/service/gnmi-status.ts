// What a gNMI client is told when something is refused: one table from the errors of the domain to gRPC statuses.

import { GnmiRequestError } from '@syncline/gnmi/request-error.ts';
import { ServerError, Status } from 'nice-grpc-common';
import { CoreDeadlineError, CoreLostError, CoreRefusalError } from '../core/host-errors.ts';
import { TooManySubscribersError } from '../northbound/fanout.ts';

/** The ServerError of a known error; anything else comes back as it is and is a fault of ours. */
export function toServerError(error: unknown): unknown {
  if (error instanceof GnmiRequestError || error instanceof CoreRefusalError) {
    return new ServerError(Status[error.code], error.message);
  }
  if (error instanceof TooManySubscribersError)
    return new ServerError(Status.RESOURCE_EXHAUSTED, error.message);
  if (error instanceof CoreLostError) return new ServerError(Status.UNAVAILABLE, error.message);
  if (error instanceof CoreDeadlineError) return new ServerError(Status.DEADLINE_EXCEEDED, error.message);
  return error;
}

/** A client's message that is no message of its type. */
export function undecodable(type: string, cause: unknown): ServerError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ServerError(Status.INVALID_ARGUMENT, `${type}: cannot be decoded: ${reason}`);
}
