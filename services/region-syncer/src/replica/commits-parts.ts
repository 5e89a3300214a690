// What the commits of a copy work with.

import type { Clock } from '@syncline/runtime/clock.ts';
import type { DiskHealth } from '@syncline/sqlite/disk-health.ts';
import type { ReplicaSettings } from './replica-settings.ts';
import type { ReplicaStore } from './replica-store.ts';

export interface CommitsParts {
  readonly store: ReplicaStore;
  readonly settings: ReplicaSettings;
  readonly health: DiskHealth;
  readonly clock: Clock;
  /** See LogWriterParts. */
  readonly pause: () => Promise<void>;
  readonly digest: () => Uint8Array | undefined;
  /** Memory and disk may differ from now on, and nothing is written any more. */
  readonly broken: (error: Error) => void;
}
