// Why a watch is over.

import { ClientError, Status } from 'nice-grpc-common';

/** The NSP took the call and did not tell the present state in time. */
export class NoAnswerError extends Error {
  override name = 'NoAnswerError';

  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
  }
}

/** The NSP ended the watch by itself, which none should. */
export class WatchEndedError extends Error {
  override name = 'WatchEndedError';

  constructor() {
    super('the NSP ended the watch');
  }
}

/** Why, for people, in a line. */
export function reasonOf(error: unknown): string {
  if (error instanceof ClientError) return `${Status[error.code]}: ${error.details}`;
  return error instanceof Error ? error.message : String(error);
}
