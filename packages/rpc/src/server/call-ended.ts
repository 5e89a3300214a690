// Why a call's signal aborted. Its name is AbortError, so code that only knows "aborted" needs no special case.

import { Status } from 'nice-grpc-common';

/** The reason of an aborted call: the status the client was given, or would have been. */
export class CallEnded extends Error {
  override readonly name = 'AbortError';
  readonly code: Status;
  readonly details: string;

  constructor(code: Status, details: string) {
    super(`${Status[code]}: ${details}`);
    this.code = code;
    this.details = details;
  }
}
