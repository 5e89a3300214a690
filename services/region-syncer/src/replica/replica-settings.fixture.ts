// Settings of replicas for tests.

import { smallLimits } from '../regions/regions.fixture.ts';
import type { ReplicaSettings } from './replica-settings.ts';

/** Bounds so small that a few records reach them. */
export const smallSettings: ReplicaSettings = {
  regions: smallLimits,
  chunk: { records: 8, bytes: 1024 },
  tail: { records: 20, bytes: 4096 },
  pendingBytes: 4096,
  gatherMs: 0,
  retry: { initialMs: 1, maxMs: 4 },
  retention: { records: 30, bytes: 2 ** 30, pinnedBytes: 2 ** 30 },
  checkpointRecords: 2 ** 30,
  checkpointRetryMs: 1,
  pieceBytes: 2048,
  runBytes: 512,
  turnMs: 1,
};

/** Bounds that a test does not reach unless it wants to. */
export const roomySettings: ReplicaSettings = {
  regions: { pageBytes: 1 << 16, sparePages: 1, tombstones: 1_000 },
  chunk: { records: 100, bytes: 1 << 16 },
  tail: { records: 1_000, bytes: 1 << 20 },
  pendingBytes: 1 << 20,
  gatherMs: 0,
  retry: { initialMs: 5, maxMs: 20 },
  retention: { records: 10_000, bytes: 1 << 24, pinnedBytes: 1 << 20 },
  checkpointRecords: 100_000,
  checkpointRetryMs: 1_000,
  pieceBytes: 1 << 16,
  runBytes: 1 << 15,
  turnMs: 2,
};
