// What the allocator needs of a disk, and what a disk can answer instead.

import type { Change, TreeRows } from '../tree/rows.ts';

/**
 * Calls take effect in their order. They reject with StoreRefusedError or StoreUnsureError; with anything else the store
 * is lost, or this program is wrong.
 */
export interface TreeStore {
  /** All that is kept. */
  load(): Promise<TreeRows>;
  /** Keeps the changes, all or none. */
  apply(changes: readonly Change[]): Promise<void>;
  /** Whether apply() would be taken; leaves nothing. */
  probe(): Promise<void>;
}

/** The disk refuses; nothing was changed. */
export class StoreRefusedError extends Error {
  override name = 'StoreRefusedError';
}

/** The disk did not answer in time: what was asked may have been done, or be done later. */
export class StoreUnsureError extends Error {
  override name = 'StoreUnsureError';
}
