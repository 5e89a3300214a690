// How the store uses its file; each comes from a setting.

import type { ChunkBounds } from '../log/chunk.ts';

export interface RegionStoreOptions {
  readonly file: string;
  /** FULL: what append() was given is on disk when it returns. NORMAL: a power cut, not a kill, may lose the last of it. */
  readonly synchronous: 'NORMAL' | 'FULL';
  /** How many pages the write-ahead log grows to before it is moved into the file, after the call that fills it. */
  readonly walPages: number;
  /** How large the file may grow; beyond it, writing fails with disk-full. It never shrinks, but uses what is free again. */
  readonly diskBytes: number;
  /** How many records of the log are dropped together. */
  readonly segmentRecords: number;
  /** How large the chunks may be that small ones are merged into when the log is read. */
  readonly chunk: ChunkBounds;
  /** How many bytes of a generation one call writes or deletes: what an append() may have to wait for. */
  readonly pieceBytes: number;
  /** How long opening waits for another process that has the file. */
  readonly busyTimeoutMs: number;
}
