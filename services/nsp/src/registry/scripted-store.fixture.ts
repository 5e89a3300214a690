// A store in memory that fails as it is told to. Its rows are those of a disk: what a commit left, and nothing else.

import { StoreFaultError } from '@syncline/sqlite/store-fault.ts';
import { StoreDeadlineError } from '@syncline/sqlite/store-thread.ts';
import type { RegistryStore, RowChange } from './registry-store.ts';
import type { Target } from './target.ts';

/** What becomes of a commit: late ones were written, and their caller is told that it took too long. */
export type Fate = 'written' | 'refused' | 'late' | 'broken';

export class ScriptedStore implements RegistryStore {
  readonly rows: Map<string, Target>;
  readonly commits: (readonly RowChange[])[] = [];
  fate: () => Fate = () => 'written';
  /** Awaited by each commit before it writes. */
  before: () => Promise<void> = () => Promise.resolve();

  constructor(rows: Iterable<Target> = []) {
    this.rows = new Map(Array.from(rows, (target) => [target.key, target]));
  }

  async commit(changes: readonly RowChange[]): Promise<void> {
    await this.before();
    const fate = this.fate();
    if (fate === 'refused')
      throw new StoreFaultError('commit', 'disk-full', 'SQLITE_FULL', 'the disk is full');
    if (fate === 'broken') throw new Error('no such table');
    this.commits.push(changes);
    for (const change of changes) {
      if (change.kind === 'put') this.rows.set(change.target.key, change.target);
      else this.rows.delete(change.key);
    }
    if (fate === 'late') throw new StoreDeadlineError('commit', 10_000);
  }
}
