// The disk, as the allocator's loop uses it: whether it takes what it is given, and when to try again if not.
// Invariant: after an answer that left open what was done, isUnsure holds until all that is kept was read again.

import type { Backoff } from '@syncline/runtime/backoff.ts';
import type { Clock } from '@syncline/runtime/clock.ts';
import type { Change, TreeRows } from '../tree/rows.ts';
import type { AllocatorParts } from './allocator-parts.ts';
import type { Counts } from './counts.ts';
import { StoreRefusedError, StoreUnsureError, type TreeStore } from './tree-store.ts';

export class Disk {
  readonly #store: TreeStore;
  readonly #backoff: Backoff;
  readonly #clock: Clock;
  readonly #counts: Counts;
  readonly #turned: AllocatorParts['diskTurned'];
  #error: Error | undefined;
  #isUnsure = false;
  #retryAtMs: number | undefined;

  constructor(
    store: TreeStore,
    backoff: Backoff,
    clock: Clock,
    counts: Counts,
    turned: AllocatorParts['diskTurned'],
  ) {
    this.#store = store;
    this.#backoff = backoff;
    this.#clock = clock;
    this.#counts = counts;
    this.#turned = turned;
  }

  /** Why it does not take what it is given; undefined while it does. */
  get error(): Error | undefined {
    return this.#error;
  }

  get isUnsure(): boolean {
    return this.#isUnsure;
  }

  /** When it is to be tried again; undefined while nothing has failed. */
  get retryAtMs(): number | undefined {
    return this.#retryAtMs;
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
      const isNew = this.#error === undefined;
      this.#error = error;
      this.#retryAtMs = this.#clock.monotonic() + this.#backoff.next();
      if (isNew) this.#turned(error);
      return error;
    }
    const isOver = this.#error !== undefined;
    this.#backoff.running();
    this.#error = undefined;
    this.#retryAtMs = undefined;
    if (isOver) this.#turned(undefined);
    return undefined;
  }
}
