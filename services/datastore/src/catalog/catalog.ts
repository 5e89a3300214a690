// The catalog as its datastores change it.
// Invariant: when a change ends, it is known whether it was made, however late the catalog's answer is.

import { refusalOf } from '@syncline/sqlite/store-refusal.ts';
import type { StoreThread } from '@syncline/sqlite/store-thread.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import type { CatalogRow, CatalogStore } from './catalog-store.ts';

export type CatalogThread = Pick<StoreThread<CatalogStore>, 'call'>;

/** Changes reject when they were not made: with the disk's refusal, StoreDeadlineError, or StoreLostError at the end. */
export class Catalog {
  readonly #thread: CatalogThread;
  readonly #logger: Logger;

  constructor(thread: CatalogThread, logger: Logger) {
    this.#thread = thread;
    this.#logger = logger;
  }

  /** Every datastore, oldest first. */
  list(): Promise<CatalogRow[]> {
    return this.#thread.call('list');
  }

  /** The highest number that a datastore ever had; 0 before the first. */
  lastNumber(): Promise<number> {
    return this.#thread.call('lastNumber');
  }

  insert(number: number, name: string, request: Uint8Array): Promise<void> {
    return this.#made(this.#thread.call('insert', number, name, request), number, (row) => row !== undefined);
  }

  remove(number: number): Promise<void> {
    return this.#made(this.#thread.call('remove', number), number, (row) => row === undefined);
  }

  setPaused(number: number, paused: boolean): Promise<void> {
    const change = this.#thread.call('setPaused', number, paused);
    return this.#made(change, number, (row) => row?.paused === paused);
  }

  /** Answers come in the order of the calls: what the catalog has after a late change is what became of it. */
  async #made(
    change: Promise<void>,
    number: number,
    isMade: (row: CatalogRow | undefined) => boolean,
  ): Promise<void> {
    try {
      await change;
    } catch (error) {
      if (refusalOf(error) !== 'unknown') throw error;
      this.#logger.warn({ err: error, number }, 'catalog late');
      if (!isMade(await this.#find(number))) throw error;
    }
  }

  /** Asks until it is answered; whoever waits for the change has a deadline of its own. */
  async #find(number: number): Promise<CatalogRow | undefined> {
    for (;;) {
      try {
        return await this.#thread.call('find', number);
      } catch (error) {
        if (refusalOf(error) !== 'unknown') throw error;
        this.#logger.warn({ err: error, number }, 'catalog late');
      }
    }
  }
}
