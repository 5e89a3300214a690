// What a client of data.DataServer or the admin service is told when something is refused.

import { faultOf } from '@syncline/sqlite/store-fault.ts';
import { StoreDeadlineError } from '@syncline/sqlite/store-thread.ts';
import { ServerError, Status } from 'nice-grpc-common';
import {
  DatastoreExistsError,
  DatastorePausedError,
  StoreClosedError,
  UnknownDatastoreError,
  UnknownSyncError,
} from '../catalog/errors.ts';
import { SessionFailedError } from '../session/next-epoch.ts';
import { toServerError } from './gnmi-status.ts';

const statuses = [
  [UnknownDatastoreError, Status.NOT_FOUND],
  [UnknownSyncError, Status.NOT_FOUND],
  // Upstream says INVALID_ARGUMENT; a client that creates what it may have created before needs to tell the two apart.
  [DatastoreExistsError, Status.ALREADY_EXISTS],
  [DatastorePausedError, Status.FAILED_PRECONDITION],
  [StoreClosedError, Status.UNAVAILABLE],
  [SessionFailedError, Status.UNAVAILABLE],
  [StoreDeadlineError, Status.UNAVAILABLE],
] as const;

/**
 * Answers a call; a known error leaves with its status, a disk that refuses as UNAVAILABLE; anything else is a fault of
 * ours.
 */
export async function answered<Answer>(answer: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await answer();
  } catch (error) {
    const known = statuses.find(([type]) => error instanceof type);
    if (known !== undefined && error instanceof Error) throw new ServerError(known[1], error.message);
    if (faultOf(error) !== undefined && error instanceof Error)
      throw new ServerError(Status.UNAVAILABLE, error.message);
    throw toServerError(error);
  }
}
