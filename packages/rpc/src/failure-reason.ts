// Why a call failed, for people, in one line that is the same for as long as the reason is.

import { ClientError, Status } from 'nice-grpc-common';

// grpc-js puts it behind what a connection failed with.
const moment = / \(\d{4}-\d\d-\d\dT[\d:.]+Z\)/g;

// It ends with it, when it has nothing to note.
const emptyNote = / Resolution note: $/;

/** Status and details of an answer, the message of anything else; without the moments of attempts to connect. */
export function reasonOf(error: unknown): string {
  const text =
    error instanceof ClientError
      ? `${Status[error.code]}: ${error.details.replaceAll(moment, '').replace(emptyNote, '')}`
      : error instanceof Error
        ? error.message
        : String(error);
  return text.replaceAll(/\s*\n\s*/g, ' ');
}
