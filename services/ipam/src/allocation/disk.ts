// The disk, as the allocator's loop uses it: whether it takes what it is given, and when to try again if not.
// Invariant: after an answer that left open what was done, isUnsure holds until all that is kept was read again.

import type { DiskHealth } from '@syncline/sqlite/disk-health.ts';
import type { Change, TreeRows } from '../tree/rows.ts';
import type { Counts } from './counts.ts';
import { StoreRefusedError, StoreUnsureError, type TreeStore } from './tree-store.ts';

export class Disk {
  readonly health: DiskHealth;
  readonly #store: TreeStore;
  readonly #counts: Counts;
  #isUnsure = false;

  constructor(store: TreeStore, health: DiskHealth, counts: Counts) {
    this.#store = store;
    this.health = health;
    this.#counts = counts;
  }

  get isUnsure(): boolean {
    return this.#isUnsure;
  }

  /** Keeps the changes. Gives why it did not, or may not have; throws what no disk can answer. */
  async apply(changes: readonly Change[]): Promise<Error | undefined> {
    const refusal = await this.#attempt(() => this.#store.apply(changes));
    if (refusal === undefined) this.#counts.commits += 1;
    else this.#counts.failedCommits += 1;
    return refusal;
  }

  /** Asks whether it takes anything again. */
  async probe(): Promise<void> {
    await this.#attempt(() => this.#store.probe());
  }

  /** All that is kept; undefined when it cannot be read now. */
  async load(): Promise<TreeRows | undefined> {
    let rows: TreeRows | undefined;
    await this.#attempt(async () => {
      rows = await this.#store.load();
    });
    if (rows !== undefined) this.#isUnsure = false;
    return rows;
  }

  async #attempt(call: () => Promise<void>): Promise<Error | undefined> {
    try {
      await call();
    } catch (error) {
      if (!(error instanceof StoreRefusedError || error instanceof StoreUnsureError)) throw error;
      this.#isUnsure ||= error instanceof StoreUnsureError;
      this.health.refuses(error);
      return error;
    }
    this.health.works();
    return undefined;
  }
}
