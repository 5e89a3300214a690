// What the disk has of the targets, and what it is owed: rows of targets that have expired, and rows of which nobody knows
// whether they were written.

import type { Clock } from '@syncline/runtime/clock.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import { DiskHealth, type DiskRetry, type DiskTurned } from '@syncline/sqlite/disk-health.ts';
import { refusalOf } from '@syncline/sqlite/store-refusal.ts';
import { type RegistryStore, type RowChange, StoreRefusedError } from './registry-store.ts';
import type { Target } from './target.ts';
import type { TargetTable } from './target-table.ts';

/** By key; undefined for those that are not there. */
type Targets = ReadonlyMap<string, Target | undefined>;

// As many rows that are owed as one commit has.
const mostOwed = 1_000;

export class TargetRows {
  readonly #store: RegistryStore;
  readonly #table: TargetTable;
  readonly #disk: DiskHealth;
  readonly #owed = new Set<string>();

  /** `table` is what everybody is told; what is owed is written as it is there. */
  constructor(
    store: RegistryStore,
    table: TargetTable,
    retry: DiskRetry,
    clock: Clock,
    rng: Rng,
    diskTurned: DiskTurned,
  ) {
    this.#store = store;
    this.#table = table;
    this.#disk = new DiskHealth(retry, clock, rng);
    this.#disk.onTurned(diskTurned);
  }

  /** Keys of which the disk may have something else than the table. */
  get owed(): ReadonlySet<string> {
    return this.#owed;
  }

  /** What the disk refused last; undefined while it takes what it is given. */
  get refusal(): Error | undefined {
    return this.#disk.error;
  }

  /** How many commits it has refused. */
  get refused(): number {
    return this.#disk.refusals;
  }

  /** When there is something to write though nobody asks for it, in monotonic ms; undefined when there is not. */
  get dueMs(): number | undefined {
    return this.#disk.retryAtMs ?? (this.#owed.size > 0 ? 0 : undefined);
  }

  /** The row is to be as the table has it. */
  owe(key: string): void {
    this.#owed.add(key);
  }

  /**
   * Commits targets as they are to be, undefined for those that are gone, and resolves when that is on disk. What is owed
   * goes first, or along: whoever acts on an expiry, such as by taking the identifier, must not find who expired back
   * after a restart. Rejects with StoreRefusedError, and with any other error when the store is gone.
   */
  async commit(after: Targets): Promise<void> {
    try {
      await this.#write(after);
    } catch (error) {
      const cause = error instanceof Error ? error : new Error(String(error));
      const refusal = refusalOf(cause);
      if (refusal === 'broken') throw cause;
      if (refusal === 'unknown') for (const key of after.keys()) this.#owed.add(key);
      this.#disk.refuses(cause);
      throw new StoreRefusedError(cause);
    }
    this.#disk.works();
  }

  async #write(after: Targets): Promise<void> {
    const planned = this.#present([...after.keys()]);
    while (this.#owed.size > mostOwed) {
      const some = this.#present([...this.#owed].slice(0, mostOwed));
      await this.#put(some, some);
    }
    const owed = this.#present([...this.#owed].filter((key) => !after.has(key)));
    await this.#put(new Map([...after, ...owed]), new Map([...planned, ...owed]));
  }

  /** `planned` is what the table had when the rows were: of what has expired since, the row is owed still. */
  async #put(rows: Targets, planned: Targets): Promise<void> {
    await this.#store.commit(Array.from(rows, ([key, target]) => rowOf(key, target)));
    for (const [key, target] of planned) if (this.#table.get(key) === target) this.#owed.delete(key);
  }

  #present(keys: readonly string[]): Targets {
    return new Map(keys.map((key) => [key, this.#table.get(key)]));
  }
}

function rowOf(key: string, target: Target | undefined): RowChange {
  return target === undefined ? { kind: 'delete', key } : { kind: 'put', target };
}
