// Things in the order in which they were last touched. Touching is O(1), and so is finding the oldest.
// Invariant: iteration is from the longest untouched to the newest; touch() is called with times that never step back.

export class Aging<Item> {
  readonly #since = new Map<Item, number>();

  get size(): number {
    return this.#since.size;
  }

  /** It is the newest, as of `nowMs`. */
  touch(item: Item, nowMs: number): void {
    this.#since.delete(item);
    this.#since.set(item, nowMs);
  }

  /** As touch(), unless it is here: then its age stays. */
  begin(item: Item, nowMs: number): void {
    if (!this.#since.has(item)) this.#since.set(item, nowMs);
  }

  forget(item: Item): void {
    this.#since.delete(item);
  }

  /** When it was touched; undefined when it is not here. */
  since(item: Item): number | undefined {
    return this.#since.get(item);
  }

  /** When the oldest was touched; undefined when there is none. */
  get oldest(): number | undefined {
    return this.#since.values().next().value;
  }

  /** Those that were last touched at `ms` or before, oldest first. */
  *until(ms: number): Generator<Item, void, undefined> {
    for (const [item, since] of this.#since) {
      if (since > ms) return;
      yield item;
    }
  }
}
