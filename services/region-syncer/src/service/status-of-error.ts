// What a caller is told when something is refused.

import { faultOf } from '@syncline/sqlite/store-fault.ts';
import { StoreDeadlineError } from '@syncline/sqlite/store-thread.ts';
import { ServerError, Status } from 'nice-grpc-common';
import { MemberLoadingError, TooManyOrdersError, UnknownStreamError, WrongRoleError } from './member.ts';

const statuses = [
  [WrongRoleError, Status.FAILED_PRECONDITION],
  [UnknownStreamError, Status.NOT_FOUND],
  [TooManyOrdersError, Status.RESOURCE_EXHAUSTED],
  [MemberLoadingError, Status.UNAVAILABLE],
  [StoreDeadlineError, Status.UNAVAILABLE],
] as const;

/** Answers a call; a known error leaves with its status, a disk that refuses or does not answer as UNAVAILABLE; anything else is a fault of ours. */
export async function answered<Answer>(answer: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await answer();
  } catch (error) {
    const known = statuses.find(([type]) => error instanceof type);
    if (known !== undefined && error instanceof Error) throw new ServerError(known[1], error.message);
    const fault = faultOf(error);
    if (fault !== undefined && error instanceof Error)
      throw new ServerError(Status.UNAVAILABLE, `the disk refuses (${fault}): ${error.message}`);
    throw error;
  }
}
