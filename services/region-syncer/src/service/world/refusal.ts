// How a call was refused.

import { ClientError, Status } from 'nice-grpc-common';

/** `STATUS: details` of a call that is refused. Throws when it is answered. */
export async function refusal(answer: Promise<unknown>): Promise<string> {
  const error: unknown = await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ClientError)) throw new Error(`not refused: ${String(error)}`);
  return `${Status[error.code]}: ${error.details}`;
}
