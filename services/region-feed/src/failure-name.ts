// A failure in a word, for a label: there are few of them, whatever PD says.

import { ErrorType } from '@syncline/proto/pdpb.ts';
import { ClientError, Status } from 'nice-grpc-common';
import { PdError } from './pd/pd-error.ts';

/** The gRPC status, the type of PD's error, or the name of ours: `UNAVAILABLE`, `STORE_TOMBSTONE`, `StalledError`. */
export function failureName(error: unknown): string {
  if (error instanceof ClientError) return Status[error.code] ?? 'UNKNOWN';
  if (error instanceof PdError) return nameOf(ErrorType, error.type);
  return error instanceof Error ? error.name : 'unknown';
}

function nameOf(words: Readonly<Record<string, number>>, value: number): string {
  return Object.keys(words).find((word) => words[word] === value) ?? 'UNRECOGNIZED';
}
