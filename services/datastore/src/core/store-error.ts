// Which errors of a commit pass by themselves.
import { FailpointError } from '@syncline/runtime/failpoint.ts';

/** SQLite's own refusals (busy, full, I/O) and those that a test asks for. All else is a fault of this program. */
export function isStoreError(error: unknown): error is Error {
  if (error instanceof FailpointError) return true;
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('SQLITE_')
  );
}
