// Where a core worker can be made to fail, and how it then does.
import { processFaults } from '@syncline/rpc/process-faults.ts';
import { Failpoints } from '@syncline/runtime/failpoint.ts';

/** The named points of a commit: before anything is written, before the transaction ends, after it is published. */
export const corePoints = ['commit.begin', 'commit.end', 'commit.after'] as const;

export type CorePoint = (typeof corePoints)[number];

/** The failpoints of this thread. Throws FailpointSpecError. */
export function coreFailpoints(spec: string): Failpoints<CorePoint> {
  return new Failpoints(corePoints, spec, processFaults);
}
