// The order in which leaves changed: position → leaf, and how many values that change had swallowed.
// Subscribers that lag read it to learn what they missed. Invariant: the entries (tail, head] are there.

export class ChangeRing {
  #leaf: Uint32Array;
  #swallowed: Uint32Array;
  #mask: number;
  /** The position of the newest entry; the first entry ever has position 1. */
  head = 0;

  /** `capacity` is a power of two. */
  constructor(capacity: number) {
    this.#leaf = new Uint32Array(capacity);
    this.#swallowed = new Uint32Array(capacity);
    this.#mask = capacity - 1;
  }

  get capacity(): number {
    return this.#leaf.length;
  }

  /** Every entry after this position is there. */
  get tail(): number {
    return Math.max(0, this.head - this.capacity);
  }

  /** Adds an entry, over the oldest one when the ring is full, and gives its position. */
  append(leaf: number, swallowed: number): number {
    const position = ++this.head;
    this.#leaf[position & this.#mask] = leaf;
    this.#swallowed[position & this.#mask] = swallowed;
    return position;
  }

  /** Doubles the capacity until `entries` fit; what is in the ring stays. */
  grow(entries: number): void {
    if (entries <= this.capacity) return;
    const { head, tail } = this;
    const leaf = this.#leaf;
    const swallowed = this.#swallowed;
    const mask = this.#mask;
    const capacity = 2 ** Math.ceil(Math.log2(entries));
    this.#leaf = new Uint32Array(capacity);
    this.#swallowed = new Uint32Array(capacity);
    this.#mask = capacity - 1;
    for (let position = tail + 1; position <= head; position++) {
      this.#leaf[position & this.#mask] = leaf[position & mask] as number;
      this.#swallowed[position & this.#mask] = swallowed[position & mask] as number;
    }
  }

  /** The leaf that changed at `position`, which is in (tail, head]. */
  leaf(position: number): number {
    return this.#leaf[position & this.#mask] as number;
  }

  /** Values that the change at `position` replaced before anybody could see them. */
  swallowed(position: number): number {
    return this.#swallowed[position & this.#mask] as number;
  }
}
