// What a caller is told when there is no answer.

import { MalformedError } from '@syncline/trench/malformed-error.ts';
import { ServerError, Status } from 'nice-grpc-common';
import { NotFilledError, UnknownConduitError } from '../plane/lookup-errors.ts';

const statuses = [
  [MalformedError, Status.INVALID_ARGUMENT],
  [UnknownConduitError, Status.NOT_FOUND],
  [NotFilledError, Status.UNAVAILABLE],
] as const;

/** Answers a call; a known error leaves with its status and text, anything else is a fault of ours. */
export async function answered<Answer>(answer: () => Answer): Promise<Answer> {
  try {
    return await answer();
  } catch (error) {
    const known = statuses.find(([type]) => error instanceof type);
    if (known !== undefined && error instanceof Error) throw new ServerError(known[1], error.message);
    throw error;
  }
}
