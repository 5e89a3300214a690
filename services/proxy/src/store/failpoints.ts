// Where the store's thread can be made to fail.

import { processFaults } from '@syncline/rpc/process-faults.ts';
import { Failpoints } from '@syncline/runtime/failpoint.ts';

/** before-commit and probe are inside their transaction, with everything written and nothing committed. */
export const storePoints = ['commit.before-commit', 'commit.after-commit', 'probe'] as const;

export type StorePoint = (typeof storePoints)[number];

/** The failpoints of this thread. Throws FailpointSpecError. */
export function storeFailpoints(spec: string): Failpoints<StorePoint> {
  return new Failpoints(storePoints, spec, processFaults);
}
