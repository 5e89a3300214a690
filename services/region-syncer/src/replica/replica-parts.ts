// What a replica needs from its surroundings, and what it gives.

import type { Clock } from '@syncline/runtime/clock.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import type { ChunkBounds } from '../log/chunk.ts';
import type { Capture } from '../regions/capture.ts';
import type { RegionDelta } from '../regions/region-tree.ts';
import type { LogSize } from '../store/boot-state.ts';
import type { CheckpointEvents } from './checkpointer.ts';
import type { Loading } from './loading.ts';
import type { ReplicaSettings } from './replica-settings.ts';
import type { ReplicaStore } from './replica-store.ts';

/** What a replica needs from its surroundings. */
export interface ReplicaParts {
  readonly store: ReplicaStore;
  readonly settings: ReplicaSettings;
  readonly clock: Clock;
  readonly rng: Rng;
  /** Lets others have their turn: setImmediate in a service. */
  readonly pause: () => Promise<void>;
  readonly events: ReplicaEvents;
}

/** What a replica tells the one who made it. */
export interface ReplicaEvents extends CheckpointEvents {
  /** The loading goes on. */
  readonly loading: (loading: Loading) => void;
}

/** The regions as of all records before `position`, once `position` is durable. To be disposed of. */
export interface CapturedRegions {
  readonly capture: Capture;
  readonly position: number;
}

/** What has changed, and up to which position. */
export interface CapturedDelta extends RegionDelta {
  readonly position: number;
}

/** Numbers for status and metrics. */
export interface ReplicaStatus {
  /** Of the log on disk. */
  readonly log: LogSize;
  /** Bytes and records that are not durable. */
  readonly pending: { readonly records: number; readonly bytes: number };
  readonly tail: ChunkBounds;
  readonly commits: { readonly count: number; readonly failed: number };
  readonly checkpoints: { readonly count: number; readonly failed: number };
  /** The last checkpoint; undefined when there was none since the start. */
  readonly checkpoint: { readonly atUnixMs: number; readonly durationMs: number } | undefined;
}
