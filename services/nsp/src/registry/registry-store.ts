// What the registry asks of its disk, and what it makes of a refusal.

import { faultOf } from '@syncline/sqlite/store-fault.ts';
import { StoreDeadlineError } from '@syncline/sqlite/store-thread.ts';
import type { Target } from './target.ts';

/** A row that is to be so. */
export type RowChange =
  | { readonly kind: 'put'; readonly target: Target }
  | { readonly kind: 'delete'; readonly key: string };

export interface RegistryStore {
  /**
   * Commits all of them or none, and resolves when they are on disk; without any it writes all the same, to tell whether
   * the disk takes that. Calls take effect in their order.
   */
  commit(changes: readonly RowChange[]): Promise<void>;
}

/** What an error of the store means for a commit. */
export type Refusal =
  /** Nothing was written; it may be tried again. */
  | 'refused'
  /** It may have been written, or may yet be. */
  | 'unknown'
  /** A fault of this program, or the store is gone. */
  | 'broken';

export function refusalOf(error: unknown): Refusal {
  if (error instanceof StoreDeadlineError) return 'unknown';
  return faultOf(error) === undefined ? 'broken' : 'refused';
}

/** The disk did not take what was asked for; nothing has changed as far as anybody is told. */
export class StoreRefusedError extends Error {
  override name = 'StoreRefusedError';

  constructor(cause: Error) {
    super(`the disk refuses: ${cause.message}`, { cause });
  }
}
