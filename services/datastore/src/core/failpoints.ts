// Where a core worker can be made to fail, and how it then does.
import { Failpoints } from '@syncline/runtime/failpoint.ts';

/** The named points of a commit: before anything is written, before the transaction ends, after it is published. */
export const corePoints = ['commit.begin', 'commit.end', 'commit.after'] as const;

export type CorePoint = (typeof corePoints)[number];

/** The failpoints of this thread. Throws FailpointSpecError. */
export function coreFailpoints(spec: string): Failpoints<CorePoint> {
  return new Failpoints(corePoints, spec, {
    kill: () => process.kill(process.pid, 'SIGKILL'),
    exit: (code) => process.exit(code),
    hang: () => Promise.reject(new Error('a core worker has no asynchronous failpoints')),
    block: (ms) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms),
  });
}
