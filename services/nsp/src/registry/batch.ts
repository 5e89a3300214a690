// What some commands make of the targets, worked out before anything is written: nothing outside changes until it is
// committed. Invariant: each target is in a batch once, so that whatever becomes of it is seen by those who watch.

import { streamKey } from '@syncline/trench/stream-name.ts';
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

/** Whether a command is done as it is, once the batch is committed, or has to wait for the next batch. */
export type Verdict = 'done' | 'committed' | 'next';

export class Batch {
  readonly #table: TargetTable;
  readonly #limits: RegistryLimits;
  readonly #owed: ReadonlySet<string>;
  readonly #after = new Map<string, Target | undefined>();
  #added = 0;
  readonly #addedTo = new Map<string, number>();

  /** `owed` are the keys of which the disk may have something else than the table. */
  constructor(table: TargetTable, limits: RegistryLimits, owed: ReadonlySet<string>) {
    this.#table = table;
    this.#limits = limits;
    this.#owed = owed;
  }

  /** The targets that it changes as they are after it, undefined for those that are gone. */
  get after(): ReadonlyMap<string, Target | undefined> {
    return this.#after;
  }

  /**
   * A target that is not known is DISABLED, whatever is asked for: who comes is seen before it is given traffic, so
   * that two who took the same identifier find out. Throws RegistryFullError.
   */
  register(target: Target): Verdict {
    const { key } = target;
    if (this.#after.has(key)) return 'next';
    const known = this.#table.get(key);
    if (known === undefined) this.#makeRoom(target);
    else if (sameTarget(known, target) && !this.#owed.has(key)) return 'done';
    this.#after.set(key, known === undefined ? { ...target, status: 'disabled' } : target);
    return 'committed';
  }

  /** One that is not known is none the less off the disk when this is committed. */
  unregister({ key }: Target): Verdict {
    if (this.#after.has(key)) return 'next';
    if (this.#table.get(key) === undefined && !this.#owed.has(key)) return 'done';
    this.#after.set(key, undefined);
    return 'committed';
  }

  #makeRoom({ stream }: Target): void {
    const key = streamKey(stream);
    const { targets, targetsPerStream } = this.#limits;
    const added = this.#addedTo.get(key) ?? 0;
    if (this.#table.size + this.#added >= targets)
      throw new RegistryFullError(`no room for more targets: SYNCLINE_NSP_TARGETS is ${targets}`);
    if (this.#table.countOf(key) + added >= targetsPerStream)
      throw new RegistryFullError(
        `no room for more targets of the stream: SYNCLINE_NSP_TARGETS_PER_STREAM is ${targetsPerStream}`,
      );
    this.#added += 1;
    this.#addedTo.set(key, added + 1);
  }
}
