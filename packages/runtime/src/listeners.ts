// Those who want to hear of a change. They are told at once, one after the other, and must not throw.

export class Listeners<Args extends readonly unknown[] = []> {
  readonly #listeners: Set<(...args: Args) => void> = new Set();

  /** Gives what ends it. */
  add(listener: (...args: Args) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  tell(...args: Args): void {
    for (const listener of this.#listeners) listener(...args);
  }
}
