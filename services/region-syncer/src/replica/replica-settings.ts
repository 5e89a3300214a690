// What bounds a replica; each comes from a setting.

import type { ChunkBounds } from '../log/chunk.ts';
import type { Retention } from '../log/retention.ts';
import type { RegionLimits } from '../regions/region-tree.ts';

export interface ReplicaSettings {
  /** Memory of the regions, and how many removed ones are remembered. */
  readonly regions: RegionLimits;
  /** How large the chunks are that records are written and kept in. */
  readonly chunk: ChunkBounds;
  /** The newest committed records that stay in memory. */
  readonly tail: ChunkBounds;
  /** Bytes of records that wait for the disk, above which `pressed` is true; nothing is refused. */
  readonly pendingBytes: number;
  /** How long records wait for more to be written with them, in ms; 0 for a leader. */
  readonly gatherMs: number;
  /** Wait before a write that failed is tried again; it doubles. */
  readonly retry: { readonly initialMs: number; readonly maxMs: number };
  /** What of the log is kept on disk for those who come back. */
  readonly retention: Retention;
  /** Records after which a checkpoint is written; half the number of regions when that is more. */
  readonly checkpointRecords: number;
  /** Wait before a checkpoint that failed is tried again. */
  readonly checkpointRetryMs: number;
  /** Bytes of a generation that are written, or read, at once: no more than the store's own pieceBytes. */
  readonly pieceBytes: number;
  /** Bytes of a run within a generation, which are read back at once; no more than a page of the arena. */
  readonly runBytes: number;
  /** Longest piece of work on this thread before others have their turn. */
  readonly turnMs: number;
}
