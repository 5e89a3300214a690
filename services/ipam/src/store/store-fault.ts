// What a disk can refuse, told apart across threads: of an error only its message, stack and cause arrive there, so the
// cause carries which refusal it was.

import { FailpointError } from '@syncline/runtime/failpoint.ts';
import { DatabaseOpenError } from '@syncline/sqlite/database.ts';

/** full: no room, or none that the store may use. busy: locked by another process. io, corrupt: the file cannot be trusted. */
export type StoreFault = 'full' | 'busy' | 'io' | 'corrupt';

/** The disk refused what `operation` wanted to write or read; of a write nothing was done. */
export class StoreFaultError extends Error {
  override name = 'StoreFaultError';
  override readonly cause: { readonly storeFault: StoreFault };

  constructor(operation: string, storeFault: StoreFault, message: string) {
    super(`${operation}: ${message}`);
    this.cause = { storeFault };
  }
}

/** What the disk refused when `error` came from a store, on this thread or another; undefined for all other errors. */
export function faultOf(error: unknown): StoreFault | undefined {
  if (!(error instanceof Error) || typeof error.cause !== 'object' || error.cause === null) return undefined;
  const fault = 'storeFault' in error.cause ? error.cause.storeFault : undefined;
  return faults.find(([, known]) => known === fault)?.[1];
}

/** The error of SQLite, or of a failpoint, as a StoreFaultError; any other is a fault of this program and stays itself. */
export function asStoreFault(operation: string, error: unknown): unknown {
  if (error instanceof FailpointError) return new StoreFaultError(operation, 'io', error.message);
  const refused = error instanceof DatabaseOpenError ? error.cause : error;
  if (!(error instanceof Error) || !(refused instanceof Error) || !('code' in refused)) return error;
  const code = String(refused.code);
  const fault = faults.find(([start]) => code.startsWith(start))?.[1];
  return fault === undefined ? error : new StoreFaultError(operation, fault, `${error.message} (${code})`);
}

/** By the start of SQLite's result code; what is not here is a wrong statement or value of ours. */
const faults: readonly (readonly [code: string, fault: StoreFault])[] = [
  ['SQLITE_FULL', 'full'],
  ['SQLITE_BUSY', 'busy'],
  ['SQLITE_LOCKED', 'busy'],
  ['SQLITE_IOERR', 'io'],
  ['SQLITE_CANTOPEN', 'io'],
  ['SQLITE_READONLY', 'io'],
  ['SQLITE_CORRUPT', 'corrupt'],
  ['SQLITE_NOTADB', 'corrupt'],
];
