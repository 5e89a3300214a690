// What a caller is told when something is refused, and what is counted.

import { ClosedError } from '@syncline/runtime/mailbox-errors.ts';
import { MalformedError } from '@syncline/trench/malformed-error.ts';
import { ServerError, Status } from 'nice-grpc-common';
import { SupersededError, TooManyError, UnavailableError, UnknownError } from '../connection/errors.ts';
import { countOne, type Outcomes } from '../counts.ts';
import { InjectedError } from '../fault/fault.ts';
import { IpamError } from '../ipam/ipam.ts';
import { WatchEndedError } from '../monitor/watcher.ts';

const known: readonly (readonly [new (...args: never[]) => Error, Status])[] = [
  [MalformedError, Status.INVALID_ARGUMENT],
  [UnknownError, Status.NOT_FOUND],
  [SupersededError, Status.ABORTED],
  [TooManyError, Status.RESOURCE_EXHAUSTED],
  [UnavailableError, Status.UNAVAILABLE],
  // The book takes no more changes.
  [ClosedError, Status.UNAVAILABLE],
];

/** The error with its status; an error that is no refusal is itself. */
export function refusal(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error instanceof InjectedError) return new ServerError(error.code, error.message);
  if (error instanceof WatchEndedError) {
    const status = error.why === 'behind' ? Status.RESOURCE_EXHAUSTED : Status.UNAVAILABLE;
    return new ServerError(status, error.message);
  }
  if (error instanceof IpamError) return new ServerError(ipamStatus(error), error.message);
  const status = known.find(([type]) => error instanceof type)?.[1];
  return status === undefined ? error : new ServerError(status, error.message);
}

/** What is wrong for good with the connection or the conduit stays that; all else may be better the next time. */
function ipamStatus({ reason }: IpamError): Status {
  if (reason === 'RESOURCE_EXHAUSTED') return Status.RESOURCE_EXHAUSTED;
  return reason === 'INVALID_ARGUMENT' ? Status.INVALID_ARGUMENT : Status.UNAVAILABLE;
}

/** What `answer` gives; a refusal leaves with its status. What became of it is counted. */
export async function answered<Answer>(outcomes: Outcomes, answer: () => Promise<Answer>): Promise<Answer> {
  try {
    const given = await answer();
    countOne(outcomes, 'OK');
    return given;
  } catch (error) {
    const refused = refusal(error);
    countOne(outcomes, outcomeOf(refused));
    throw refused;
  }
}

function outcomeOf(refused: unknown): string {
  if (refused instanceof ServerError) return Status[refused.code] ?? 'UNKNOWN';
  return refused instanceof Error && refused.name === 'AbortError' ? 'CANCELLED' : 'INTERNAL';
}
