// What a gNMI request can be refused for. The code is a gRPC status by name; services map it and send the
// message as it is, because it names the field and the value.

/** The gRPC statuses that gNMI gives to requests (specification 3.1 to 3.5). */
export type GnmiStatus =
  | 'INVALID_ARGUMENT'
  | 'NOT_FOUND'
  | 'UNIMPLEMENTED'
  | 'FAILED_PRECONDITION'
  | 'PERMISSION_DENIED'
  | 'UNAUTHENTICATED'
  | 'RESOURCE_EXHAUSTED';

/** A request that is refused as a whole: `field` is its proto name with indices, `value` what was wrong. */
export class GnmiRequestError extends Error {
  override name = 'GnmiRequestError';
  readonly code: GnmiStatus;
  readonly field: string;
  readonly value: string;

  constructor(code: GnmiStatus, field: string, value: string, reason: string, options?: ErrorOptions) {
    super(`${field} ${value === '' ? '' : `${value} `}${reason}`, options);
    this.code = code;
    this.field = field;
    this.value = value;
  }
}
