// Where the store's thread can be made to fail.

import { processFaults } from '@syncline/rpc/process-faults.ts';
import { Failpoints } from '@syncline/runtime/failpoint.ts';

/**
 * All but after-commit, after-flip and sync are inside their transaction, with everything written and nothing committed.
 * sync is behind those that a power cut must not undo, before it could not.
 */
export const storePoints = [
  'log.append.before-commit',
  'log.append.after-commit',
  'generation.piece',
  'generation.before-flip',
  'generation.after-flip',
  'term.start',
  'sync',
  'trim',
  'sweep',
] as const;

export type StorePoint = (typeof storePoints)[number];

/** The failpoints of this thread. Throws FailpointSpecError. */
export function storeFailpoints(spec: string): Failpoints<StorePoint> {
  return new Failpoints(storePoints, spec, processFaults);
}
