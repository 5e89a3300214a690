// The one shape of a refusal: the field by its proto name, the value that was given, and what was expected.

import { ServerError, Status } from 'nice-grpc-common';

/** INVALID_ARGUMENT about one field of a request. */
export function invalidValue(field: string, value: unknown, reason: string): ServerError {
  const shown = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return new ServerError(Status.INVALID_ARGUMENT, `${field} ${shown}: ${reason}`);
}

/** INVALID_ARGUMENT about a field that must be given, or whose value is nobody else's business. */
export function invalidField(field: string, reason: string): ServerError {
  return new ServerError(Status.INVALID_ARGUMENT, `${field}: ${reason}`);
}
