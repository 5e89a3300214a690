// Which refusals of the disk a core waits out.
import { asStoreFault, faultOf } from '@syncline/sqlite/store-fault.ts';

/**
 * The error of `operation` when the disk may yet take it: it is full, locked, or failed to write. Throws every other: a
 * damaged file and a mistake of this program stay what they are, however often they are tried.
 */
export function passingFault(operation: string, error: unknown): Error {
  const refusal = asStoreFault(operation, error);
  const fault = faultOf(refusal);
  if (fault === undefined || fault === 'corrupt') throw refusal;
  return refusal;
}
