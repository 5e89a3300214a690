// What a disk can refuse, told apart across threads: of an error only its message, stack and cause arrive there, so the
// cause carries which refusal it was.

import { DatabaseOpenError } from './database.ts';

/** disk-full: no room, or none that the store may use. busy: locked by another process. io, corrupt: the file cannot be trusted. */
export type StoreFault = 'disk-full' | 'busy' | 'io' | 'corrupt';

/** The disk refused what `operation` wanted to write or read; of a write nothing was done. */
export class StoreFaultError extends Error {
  override name = 'StoreFaultError';
  override readonly cause: { readonly fault: StoreFault; readonly code: string };

  constructor(operation: string, fault: StoreFault, code: string, message: string) {
    super(`${operation}: ${message} (${code})`);
    this.cause = { fault, code };
  }
}

/** The disk took what `operation` wrote, but not its sync: it is there, and a power cut may take it. */
export class UnsyncedError extends Error {
  override name = 'UnsyncedError';
  override readonly cause: StoreFaultError['cause'] & { readonly isWritten: true };

  constructor({ message, cause }: StoreFaultError) {
    super(message);
    this.cause = { ...cause, isWritten: true };
  }
}

/** Whether `error`, on this thread or another, is an UnsyncedError. */
export function isUnsynced(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'isWritten' in cause;
}

/** What the disk refused when `error` came from a store, on this thread or another; undefined for all other errors. */
export function faultOf(error: unknown): StoreFault | undefined {
  if (!(error instanceof Error) || typeof error.cause !== 'object' || error.cause === null) return undefined;
  const fault = 'fault' in error.cause ? error.cause.fault : undefined;
  return faults.find(([, known]) => known === fault)?.[1];
}

/**
 * SQLite's error, or that of a failpoint in the store, as a StoreFaultError; any other is a fault of this program and
 * stays itself.
 */
export function asStoreFault(operation: string, error: unknown): Error {
  if (!(error instanceof Error)) return new Error(`${operation}: ${String(error)}`);
  if (error.name === 'FailpointError')
    return new StoreFaultError(operation, 'io', 'FAILPOINT', error.message);
  const refused = error instanceof DatabaseOpenError ? error.cause : error;
  const code = refused instanceof Error && 'code' in refused ? String(refused.code) : '';
  const fault = faults.find(([start]) => code.startsWith(start))?.[1];
  return fault === undefined ? error : new StoreFaultError(operation, fault, code, error.message);
}

/** As asStoreFault(), of a sync that `operation` ends with when its write is done: an UnsyncedError. */
export function asUnsynced(operation: string, error: unknown): Error {
  const fault = asStoreFault(operation, error);
  return fault instanceof StoreFaultError ? new UnsyncedError(fault) : fault;
}

/** By the start of SQLite's result code; what is not here is a wrong statement or value of ours. */
const faults: readonly (readonly [code: string, fault: StoreFault])[] = [
  ['SQLITE_FULL', 'disk-full'],
  ['SQLITE_BUSY', 'busy'],
  ['SQLITE_LOCKED', 'busy'],
  ['SQLITE_PROTOCOL', 'busy'],
  ['SQLITE_IOERR', 'io'],
  ['SQLITE_CANTOPEN', 'io'],
  ['SQLITE_READONLY', 'io'],
  ['SQLITE_CORRUPT', 'corrupt'],
  ['SQLITE_NOTADB', 'corrupt'],
];
