// What a PD says is wrong inside an answer whose gRPC status is OK.

import { type Error as ErrorInHeader, ErrorType, type ResponseHeader } from '@syncline/proto/pdpb.ts';

/** PD refused a request. */
export class PdError extends Error {
  override name = 'PdError';
  readonly type: ErrorType;

  constructor({ type, message }: ErrorInHeader) {
    super(message === '' ? `PD's error ${type}` : message);
    this.type = type;
  }
}

/** Throws PdError if there is one in the header. */
export function checkHeader(header: ResponseHeader | undefined): void {
  const error = header?.error;
  if (error !== undefined && error.type !== ErrorType.OK) throw new PdError(error);
}
