// Where the store's thread can be made to fail.

import { processFaults } from '@syncline/rpc/process-faults.ts';
import { Failpoints } from '@syncline/runtime/failpoint.ts';

/** All but after-commit and after-flip are inside their transaction, with everything written and nothing committed. */
export const storePoints = [
  'log.append.before-commit',
  'log.append.after-commit',
  'generation.piece',
  'generation.before-flip',
  'generation.after-flip',
  'term.start',
  'trim',
  'sweep',
  'reset',
] as const;

export type StorePoint = (typeof storePoints)[number];

/** The failpoints of this thread. Throws FailpointSpecError. */
export function storeFailpoints(spec: string): Failpoints<StorePoint> {
  return new Failpoints(storePoints, spec, processFaults);
}
