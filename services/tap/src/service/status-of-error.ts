// What an application is told when something is refused: Meridio's text where it has one, with a status that says whose
// fault it is (Meridio answers UNKNOWN throughout).

import { MalformedError } from '@syncline/trench/malformed-error.ts';
import { MissingParentError } from '@syncline/trench/wire-name.ts';
import { ServerError, Status } from 'nice-grpc-common';
import { AnotherTrenchError, LimitError, StoppingError } from '../ambassador/errors.ts';
import { NotKeptError } from '../state/kept-streams.ts';
import type { Refusal, Refusals } from './refusals.ts';

const known: readonly (readonly [new (...args: never[]) => Error, Status, Refusal])[] = [
  [MissingParentError, Status.INVALID_ARGUMENT, 'malformed'],
  [MalformedError, Status.INVALID_ARGUMENT, 'malformed'],
  [AnotherTrenchError, Status.FAILED_PRECONDITION, 'another-trench'],
  [LimitError, Status.RESOURCE_EXHAUSTED, 'limit'],
  [StoppingError, Status.UNAVAILABLE, 'stopping'],
  [NotKeptError, Status.UNAVAILABLE, 'not-kept'],
];

/** What `answer` gives. A refusal leaves counted and with its status; anything else as it is. */
export async function answered<T>(refusals: Refusals, answer: () => Promise<T>): Promise<T> {
  try {
    return await answer();
  } catch (error) {
    const found = known.find(([type]) => error instanceof type);
    if (found === undefined || !(error instanceof Error)) throw error;
    const [, status, refusal] = found;
    refusals.count(refusal);
    throw new ServerError(status, error.message);
  }
}
