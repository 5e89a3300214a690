// What a stream's loop shows of itself to an operator.

import type { StreamName } from '@syncline/trench/stream-name.ts';

/** A stream that is wanted, or that is not and still has a target to unregister. */
export interface StreamDump {
  readonly stream: StreamName;
  /** False: it is draining, and on no list. */
  readonly isWanted: boolean;
  /** Of the target that the NSP may have; undefined when it has none of ours. */
  readonly identifier: number | undefined;
  /** The addresses it was registered with. */
  readonly registeredIps: readonly string[];
  /** As the configuration has it; undefined while it has no such stream. */
  readonly maxTargets: number | undefined;
  /** '' when the last attempt succeeded. */
  readonly lastError: string;
}
