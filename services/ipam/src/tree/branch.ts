// The named children of one prefix, each in a slot of its own.
// Invariant: no two children have one slot, and a slot is free exactly when no child has it.

import { FreeSlots } from './free-slots.ts';
import type { SlotRange } from './layout.ts';

/** What can be in a branch. */
export interface Placed {
  readonly name: string;
  readonly slot: number;
}

export class Branch<Child extends Placed> {
  readonly #range: SlotRange;
  readonly #children = new Map<string, Child>();
  #free: FreeSlots;

  constructor(range: SlotRange) {
    this.#range = range;
    this.#free = new FreeSlots(range.first, range.last);
  }

  get size(): number {
    return this.#children.size;
  }

  get(name: string): Child | undefined {
    return this.#children.get(name);
  }

  /** In no particular order. */
  names(): IterableIterator<string> {
    return this.#children.keys();
  }

  /** In no particular order. */
  children(): IterableIterator<Child> {
    return this.#children.values();
  }

  /** Adds what `make` makes of the lowest free slot; undefined when there is none. The name must be new. */
  add(make: (slot: number) => Child): Child | undefined {
    const slot = this.#free.take();
    if (slot === undefined) return undefined;
    const child = make(slot);
    this.#children.set(child.name, child);
    return child;
  }

  /**
   * Puts `children` where they were in an earlier life of this branch, which is empty. Throws RangeError when two of them
   * have one name or slot, or one is out of range.
   */
  load(children: readonly Child[]): void {
    for (const child of children) {
      if (this.#children.has(child.name))
        throw new RangeError(`${JSON.stringify(child.name)} is there twice`);
      this.#children.set(child.name, child);
    }
    const { first, last } = this.#range;
    this.#free = new FreeSlots(
      first,
      last,
      children.map(({ slot }) => slot),
    );
  }

  /** Removes a child of this branch; its slot is free. */
  remove(child: Child): void {
    this.#children.delete(child.name);
    this.#free.give(child.slot);
  }
}
