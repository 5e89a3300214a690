// What a conduit's loop shows of itself to an operator.

import type { ConduitName } from '@syncline/trench/stream-name.ts';
import type { StreamDump } from '../stream/stream-dump.ts';

/** Where the link of a conduit is. */
export type LinkState = 'none' | 'requesting' | 'up' | 'down' | 'closing';

/** A conduit that is wanted, or that is not and still has something to take down. */
export interface ConduitDump {
  readonly name: ConduitName;
  readonly link: LinkState;
  /** When the link became what it is; wall clock, for display. */
  readonly sinceUnixMs: number;
  readonly epoch: number;
  /** '' while there is no connection. */
  readonly connectionId: string;
  /** Addresses as text with prefix length. */
  readonly localIps: readonly string[];
  readonly gateways: readonly string[];
  /** As the configuration has them; none while it is unknown. */
  readonly wantedVips: readonly string[];
  readonly appliedVips: readonly string[];
  /** '' when the last attempt succeeded. */
  readonly lastError: string;
  /** What a watch of NSP or proxy failed with last; '' when each has told something since it failed. */
  readonly watchError: string;
  readonly streams: readonly StreamDump[];
}
