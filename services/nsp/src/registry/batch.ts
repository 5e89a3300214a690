// What a batch of commands makes of the targets, worked out before anything is written. Each command sees what those
// before it leave; nothing outside changes until the batch is committed.

import { streamKey } from '@syncline/trench/stream-name.ts';
import type { RowChange } from './registry-store.ts';
import { sameTarget, type Target } from './target.ts';
import type { TargetTable } from './target-table.ts';

export interface RegistryLimits {
  /** Targets of one stream, of any status. */
  readonly targetsPerStream: number;
  /** All targets. */
  readonly targets: number;
}

/** There is no room for another target. */
export class RegistryFullError extends Error {
  override name = 'RegistryFullError';
}

/** Whether a command is done once it is looked at, or once the batch is committed. */
export type Settled = 'now' | 'committed';

export class Batch {
  readonly #table: TargetTable;
  readonly #limits: RegistryLimits;
  readonly #owed: ReadonlySet<string>;
  /** The targets that the batch touches, undefined for those that it removes. */
  readonly #after = new Map<string, Target | undefined>();
  #added = 0;
  readonly #addedTo = new Map<string, number>();

  /** `owed` are the keys of which the disk may have something else than the table. */
  constructor(table: TargetTable, limits: RegistryLimits, owed: ReadonlySet<string>) {
    this.#table = table;
    this.#limits = limits;
    this.#owed = owed;
  }

  /**
   * A target that is not known is DISABLED, whatever is asked for: who comes is seen before it is given traffic, so
   * that two who took the same identifier find out. Throws RegistryFullError.
   */
  register(target: Target): Settled {
    const known = this.#target(target.key);
    if (known === undefined) this.#makeRoom(target);
    const next = known === undefined ? { ...target, status: 'disabled' as const } : target;
    if (known !== undefined && sameTarget(known, next) && !this.#isUncertain(target.key)) return 'now';
    this.#after.set(target.key, next);
    return 'committed';
  }

  /** One that is not known is none the less off the disk when this is committed. */
  unregister({ key, stream }: Target): Settled {
    const known = this.#target(key) !== undefined;
    if (!known && !this.#isUncertain(key)) return 'now';
    if (known) this.#count(streamKey(stream), -1);
    this.#after.set(key, undefined);
    return 'committed';
  }

  /** What it writes, and so many of the rows that are owed. */
  changes(owed: Iterable<string>): readonly RowChange[] {
    const rows = new Map<string, Target | undefined>(this.#after);
    for (const key of owed) if (!rows.has(key)) rows.set(key, this.#table.get(key));
    return Array.from(rows, ([key, target]) =>
      target === undefined ? { kind: 'delete', key } : { kind: 'put', target },
    );
  }

  /** The targets as they are after it. */
  get after(): ReadonlyMap<string, Target | undefined> {
    return this.#after;
  }

  #target(key: string): Target | undefined {
    return this.#after.has(key) ? this.#after.get(key) : this.#table.get(key);
  }

  #isUncertain(key: string): boolean {
    return this.#after.has(key) || this.#owed.has(key);
  }

  #makeRoom({ stream }: Target): void {
    const key = streamKey(stream);
    const { targets, targetsPerStream } = this.#limits;
    if (this.#table.size + this.#added >= targets)
      throw new RegistryFullError(`there are ${targets} targets already (SYNCLINE_NSP_TARGETS)`);
    if (this.#table.countOf(key) + (this.#addedTo.get(key) ?? 0) >= targetsPerStream)
      throw new RegistryFullError(
        `the stream has ${targetsPerStream} targets already (SYNCLINE_NSP_TARGETS_PER_STREAM)`,
      );
    this.#count(key, 1);
  }

  #count(stream: string, by: 1 | -1): void {
    this.#added += by;
    this.#addedTo.set(stream, (this.#addedTo.get(stream) ?? 0) + by);
  }
}
