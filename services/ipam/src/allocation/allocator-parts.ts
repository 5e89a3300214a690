// What an allocator is made of.

import type { Clock } from '@syncline/runtime/clock.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import type { DiskRetry, DiskTurned } from '@syncline/sqlite/disk-health.ts';
import type { Family } from '@syncline/trench/address.ts';
import type { Layouts } from '../tree/tree.ts';
import type { ConduitList } from './conduit-list.ts';
import type { HoldingTimes } from './holdings.ts';
import type { TreeStore } from './tree-store.ts';

/** Each is a setting. */
export interface AllocatorSettings extends HoldingTimes {
  readonly layouts: Layouts;
  /** Those in which a conduit gets a prefix as soon as it is listed. */
  readonly families: readonly Family[];
  /** How often entries that nobody asks for are looked for. */
  readonly collectEveryMs: number;
  /** How many conduits, nodes and addresses there may be. */
  readonly maxPrefixes: number;
  /** How many requests may wait for their turn. */
  readonly maxPending: number;
  /** How many requests, or removals, are committed together. */
  readonly batch: number;
  /** How long a commit may take before the loop counts as hung. */
  readonly commitDeadlineMs: number;
  /** When a disk that refuses is tried again. */
  readonly retry: DiskRetry;
}

export interface AllocatorParts {
  readonly store: TreeStore;
  readonly list: ConduitList;
  readonly settings: AllocatorSettings;
  /** By which leases grow stale; it should stand still while the process does, since who cannot be heard is not silent. */
  readonly clock: Clock;
  readonly rng: Rng;
  /** Told the conduits that are listed and get no prefix, whenever they are others; none when all have one. */
  readonly unplaced: (conduits: readonly string[]) => void;
  /** Told why the disk does not take what it is given when that begins, and undefined when it is over; must not throw. */
  readonly diskTurned: DiskTurned;
}
