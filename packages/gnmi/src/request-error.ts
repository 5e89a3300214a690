// What a gNMI request is refused for. The code is a gRPC status by name; services map it and send the message
// as it is, because it names the field and the value.

import { PathError } from './path.ts';

/** The gRPC statuses that gNMI gives to requests, here and in the services (specification 3.1 to 3.5). */
export type GnmiStatus =
  | 'INVALID_ARGUMENT'
  | 'NOT_FOUND'
  | 'UNIMPLEMENTED'
  | 'FAILED_PRECONDITION'
  | 'PERMISSION_DENIED'
  | 'UNAUTHENTICATED'
  | 'RESOURCE_EXHAUSTED';

/** A request that is refused as a whole: `field` is its proto name with indices, `value` what was wrong, or ''. */
export class GnmiRequestError extends Error {
  override name = 'GnmiRequestError';
  readonly code: GnmiStatus;
  readonly field: string;
  readonly value: string;

  constructor(code: GnmiStatus, field: string, value: string, reason: string, options?: ErrorOptions) {
    super(value === '' ? `${field}: ${reason}` : `${field} ${JSON.stringify(value)}: ${reason}`, options);
    this.code = code;
    this.field = field;
    this.value = value;
  }
}

/** Runs `read` for a path in `field`; a PathError comes out as INVALID_ARGUMENT about that field. */
export function readingPath<T>(field: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PathError)) throw error;
    throw new GnmiRequestError('INVALID_ARGUMENT', `${field}.${error.field}`, error.value, error.reason, {
      cause: error,
    });
  }
}
