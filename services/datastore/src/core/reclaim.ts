// Leaves that have gone are forgotten, so that a device whose leaves come and go does not fill the memory. Not at
// once: a subscriber may still have to hear of the removal, and a window may bring the leaf back.
import type { LeafTable } from './leaf-table.ts';
import type { Window } from './window.ts';

/** Leaves are forgotten together, when at least so many more have gone: it clears what is remembered by id. */
const batch = 1024;

export class Reclaim {
  readonly #leaves: LeafTable;
  #gone: number[] = [];
  /** How many must have gone before it is worth a look; those that are still needed are not looked at each time. */
  #enough = batch;

  constructor(leaves: LeafTable) {
    this.#leaves = leaves;
  }

  /** Nothing in running refers to the leaf any more, or nothing ever did. */
  add(leaf: number): void {
    this.#gone.push(leaf);
  }

  /** Forgets what changed at or before position `needed` and is in none of the windows, if it is worth it. */
  run(needed: () => number, windows: () => readonly Window[]): void {
    if (this.#gone.length < this.#enough) return;
    const from = needed();
    const open = windows();
    const forgotten = new Set<number>();
    const kept = new Set<number>();
    for (const leaf of this.#gone) {
      if (this.#leaves.isPresent(leaf)) continue;
      const wanted =
        (this.#leaves.changedAt[leaf] as number) > from || open.some((window) => window.row(leaf) >= 0);
      (wanted ? kept : forgotten).add(leaf);
    }
    this.#gone = [...kept];
    this.#enough = kept.size + Math.max(batch, kept.size);
    if (forgotten.size > 0) this.#leaves.forget([...forgotten]);
  }
}
