// How a failpoint makes this process, or one of its threads, fail for real.
import type { FailpointActions } from '@syncline/runtime/failpoint.ts';

/** The actions of a service's Failpoints. `block` holds the thread it is called on, and only that. */
export const processFaults: FailpointActions = {
  kill: () => process.kill(process.pid, 'SIGKILL'),
  exit: (code) => process.exit(code),
  block: (ms) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms),
};
