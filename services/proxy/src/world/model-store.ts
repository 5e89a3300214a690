// For the explorer: a disk in memory that takes or refuses each step, at any moment, in order.

import type { Simulation } from '@syncline/testkit/explorer.ts';
import { type BookStore, RefusedError } from '../book/book-store.ts';
import { MutableBook } from '../book/mutable-book.ts';
import type { BookState, Change } from '../book/state.ts';

interface Commit {
  /** What the trace shows. */
  readonly changes: readonly string[];
  readonly perform: () => void;
}

export class ModelStore {
  refuses = false;
  readonly #commits: { send(commit: Commit): void; cut(): unknown };
  readonly #kept: MutableBook;

  constructor(sim: Simulation, conduits: readonly string[], latencyMs: number) {
    this.#commits = sim.link('the disk', (commit: Commit) => commit.perform(), latencyMs);
    this.#kept = new MutableBook(
      new Map(conduits.map((name) => [name, { subnet: 0, connections: new Map(), owed: new Map() }])),
    );
  }

  /** What a process that starts now finds. */
  get kept(): BookState {
    return new MutableBook(this.#kept.conduits).conduits;
  }

  /** What is under way is lost. */
  cut(): void {
    this.#commits.cut();
  }

  /** The disk as one process sees it; once `isAlive` says no it does nothing and answers nothing. */
  port(isAlive: () => boolean): BookStore {
    const refusal = () => new RefusedError('the disk is full');
    return {
      probe: () => (this.refuses ? Promise.reject(refusal()) : Promise.resolve()),
      commit: (changes: readonly Change[]) => {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        const perform = () => {
          // A process that is killed may be so before or after what it wrote counts.
          if (!isAlive()) return;
          if (this.refuses) return reject(refusal());
          for (const change of changes) this.#kept.apply(change);
          resolve();
        };
        this.#commits.send({ changes: changes.map(({ kind }) => kind), perform });
        return promise;
      },
    };
  }
}
