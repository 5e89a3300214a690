// The one shape of a refusal: the field by its proto name, and what was expected.

import { ServerError, Status } from 'nice-grpc-common';

/** INVALID_ARGUMENT about a field that must be given, or whose value is nobody else's business. */
export function invalidField(field: string, reason: string): ServerError {
  return new ServerError(Status.INVALID_ARGUMENT, `${field}: ${reason}`);
}
