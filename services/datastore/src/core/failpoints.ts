// Where a core worker can be made to fail, and how it then does.
import { processFaults } from '@syncline/rpc/process-faults.ts';
import { Failpoints } from '@syncline/runtime/failpoint.ts';

/**
 * The named points of a commit: before anything is written, before the transaction ends, after it is published; and of
 * a window on disk: before values are written, before they are deleted.
 */
export const corePoints = ['commit.begin', 'commit.end', 'commit.after', 'spill', 'unspill'] as const;

export type CorePoint = (typeof corePoints)[number];

/** The failpoints of this thread. Throws FailpointSpecError. */
export function coreFailpoints(spec: string): Failpoints<CorePoint> {
  return new Failpoints(corePoints, spec, processFaults);
}
