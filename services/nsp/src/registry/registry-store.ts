// What the registry asks of its disk, and what it makes of a refusal.

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

/** The disk did not take what was asked for; nothing has changed as far as anybody is told. */
export class StoreRefusedError extends Error {
  override name = 'StoreRefusedError';

  constructor(cause: Error) {
    super(`the disk refuses: ${cause.message}`, { cause });
  }
}
