// What a client is told when it is refused: one table from the errors of the domain to gRPC statuses.

import { GnmiRequestError } from '@syncline/gnmi/request-error.ts';
import { ServerError, Status } from 'nice-grpc-common';

/** The ServerError of a known error; anything else comes back as it is and is a fault of ours. */
export function toServerError(error: unknown): unknown {
  if (error instanceof GnmiRequestError) return new ServerError(Status[error.code], error.message);
  return error;
}

/** Answers a call; what is refused on the way becomes its status. */
export async function answered<Answer>(answer: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await answer();
  } catch (error) {
    throw toServerError(error);
  }
}
