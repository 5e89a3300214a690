// The one shape of a refusal: the field by its proto name, the value that was given, and what was expected.

import { ServerError, Status } from 'nice-grpc-common';

/** INVALID_ARGUMENT about one number of a request. */
export function invalid(field: string, value: number, reason: string): ServerError {
  return new ServerError(Status.INVALID_ARGUMENT, `${field} ${value}: ${reason}`);
}

/** INVALID_ARGUMENT about a field that must be given. */
export function invalidField(field: string, reason: string): ServerError {
  return new ServerError(Status.INVALID_ARGUMENT, `${field}: ${reason}`);
}
