// For the explorer: the disk of a core. To open a database costs more than to explore with it, so all runs of a test file
// share one, and each begins by emptying it.
// Invariant: a core finds on it what was committed in its own run, and nothing else.
import { FailpointError } from '@syncline/runtime/failpoint.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import { type CorePoint, corePoints } from '../failpoints.ts';
import { LeafStore } from '../leaf-store.ts';

export class Disk extends LeafStore {
  readonly #staged: Set<number> = new Set();
  #refuses: readonly CorePoint[] = [];

  override stage(window: number, rows: Iterable<readonly [row: number, value: Uint8Array]>): void {
    this.#staged.add(window);
    super.stage(window, rows);
  }

  /** From some moment on to a later one the disk refuses: whole commits, their ends, or what follows them. */
  breakFor(sim: Simulation): void {
    const mend = (steps: number) => {
      if (steps === 0) this.#refuses = [];
      else sim.schedule('the disk mends', () => mend(steps - 1));
    };
    sim.schedule('the disk refuses', () => {
      this.#refuses = corePoints.slice(sim.choose(3));
      mend(1 + sim.choose(10));
    });
  }

  /** The failpoint of a core. Throws FailpointError where the disk refuses. */
  pass(point: CorePoint): void {
    if (this.#refuses.includes(point)) throw new FailpointError(point, 'the disk refuses');
  }

  /** The disk as a core finds it that opens it: the temporary table has gone with the connection. */
  reopened(): this {
    for (const window of this.#staged) this.unstage(window);
    this.#staged.clear();
    return this;
  }

  /** The disk as it is before the first core. */
  emptied(): this {
    const leaves: number[] = [];
    this.loadLeaves((leaf) => leaves.push(leaf));
    const syncs = this.syncs();
    this.transaction(() => {
      for (const leaf of leaves) this.remove(leaf);
      for (const { slot } of syncs) this.setSync(slot, '', 0, 0n);
      this.setVersion(0);
    });
    this.#refuses = [];
    return this.reopened();
  }

  /** A core closes its store; the next one opens this. */
  override [Symbol.dispose](): void {}
}

const disk = new Disk(':memory:');

/** The disk of a run that begins: an empty one. Runs follow one another, so no two use it at a time. */
export function emptyDisk(): Disk {
  return disk.emptied();
}
