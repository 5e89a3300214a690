// Whose addresses are being asked for right now. What is pinned is not released: a release that overtook an allocation
// would give the address away under its new owner.

/** Counts pins by owner; see ownerKey(). */
export class Pins {
  readonly #counts = new Map<string, number>();
  readonly #unpinned: () => void;

  /** @param unpinned called when an owner's last pin is gone */
  constructor(unpinned: () => void) {
    this.#unpinned = unpinned;
  }

  has(owner: string): boolean {
    return this.#counts.has(owner);
  }

  /** Until the pin is disposed of, once. */
  pin(owner: string): Disposable {
    this.#counts.set(owner, (this.#counts.get(owner) ?? 0) + 1);
    return { [Symbol.dispose]: () => this.#unpin(owner) };
  }

  #unpin(owner: string): void {
    const left = (this.#counts.get(owner) ?? 0) - 1;
    if (left > 0) {
      this.#counts.set(owner, left);
      return;
    }
    this.#counts.delete(owner);
    this.#unpinned();
  }
}
