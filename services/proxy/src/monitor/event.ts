// What a watcher is told, and what still has to be told of one connection.

import type { Connection } from '../connection/connection.ts';

/** One message to one watcher. */
export type MonitorEvent =
  | { readonly kind: 'initial'; readonly connections: readonly Connection[] }
  | ConnectionChange;

/** A connection was requested, has changed, or is gone: then it is as it was last. */
export interface ConnectionChange {
  readonly kind: 'update' | 'delete';
  readonly conduit: string;
  readonly connection: Connection;
}

/**
 * The changes of one connection that a watcher was not told of yet: a newer one takes an older one's place, except that a
 * delete is told before the updates of what came after it.
 */
export class Untold {
  #deleted: ConnectionChange | undefined;
  #updated: ConnectionChange | undefined;
  #taken = false;

  /** Whether they were taken, so that newer changes need an Untold of their own. */
  get taken(): boolean {
    return this.#taken;
  }

  /** Adds a newer change; gives how many older ones it replaces. */
  add(change: ConnectionChange): number {
    const replaced = this.#updated === undefined ? 0 : 1;
    if (change.kind === 'update') {
      this.#updated = change;
      return replaced;
    }
    const former = this.#deleted === undefined ? 0 : 1;
    this.#updated = undefined;
    this.#deleted = change;
    return replaced + former;
  }

  /** What is to be told, in order; nothing the second time. */
  take(): ConnectionChange[] {
    if (this.#taken) return [];
    this.#taken = true;
    return [this.#deleted, this.#updated].filter((change) => change !== undefined);
  }
}
