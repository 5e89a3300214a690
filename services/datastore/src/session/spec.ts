// What one session is made of: its sync, its device and the process around it.

import type { BackoffSettings } from '@syncline/runtime/backoff.ts';
import type { Clock, Timer } from '@syncline/runtime/clock.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import type { CoreHost } from '../core/host.ts';
import type { Endpoint, OpenLine } from './line.ts';
import type { SessionPlan } from './plan.ts';
import type { Interest } from './request.ts';

/** How sessions behave. All are settings. */
export interface SessionSettings {
  readonly retry: BackoffSettings;
  /** The least wait after an error that asking again soon will not mend. */
  readonly slowRetryMs: number;
  /** Bytes waiting for the core above which a device's stream is held back. */
  readonly ingestBytes: number;
}

/** Which sync of which datastore, and what it reads. */
export interface SessionSpec {
  readonly datastore: number;
  readonly datastoreName: string;
  readonly slot: number;
  readonly name: string;
  readonly plan: SessionPlan;
  readonly endpoint: Endpoint;
  readonly interest: Interest;
  /** Epochs begin above this. */
  readonly epoch: number;
}

/** What a session needs of the process. */
export interface SessionContext {
  readonly clock: Clock;
  /** Stands still while the process does: a device that could not be heard was not silent. */
  readonly awake: Clock;
  readonly rng: Rng;
  readonly logger: Logger;
  readonly host: Pick<CoreHost, 'send' | 'onSync'>;
  /** Lets a batch of a datastore wait for its readers, see Backpressure.hold. */
  readonly hold: (datastore: number, go: () => void) => Timer | undefined;
  readonly openLine: OpenLine;
  readonly settings: SessionSettings;
  readonly traced: boolean;
}
