// What the book asks of where it is kept.

import type { Change } from './state.ts';

/** Where changes are kept. Calls take effect in the order in which they are made. */
export interface BookStore {
  /**
   * Makes all of the changes or none, and resolves when they are on disk. Rejects with RefusedError when none was made,
   * with any other error when that is not known.
   */
  commit(changes: readonly Change[]): Promise<void>;
  /** Resolves when a change would be made. Rejects with RefusedError when not. */
  probe(): Promise<void>;
}

/** The disk refused a change; nothing of it was made. */
export class RefusedError extends Error {
  override name = 'RefusedError';
}
