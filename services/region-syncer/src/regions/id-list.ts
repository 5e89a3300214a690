// A list of region ids that is filled again and again, without an object for any of them.

const firstCapacity = 16;

export class IdList {
  #halves: Uint32Array = new Uint32Array(2 * firstCapacity);
  #length = 0;

  /** How many ids there are. */
  get length(): number {
    return this.#length;
  }

  /** The lower half of the id at `i`. */
  lo(i: number): number {
    return this.#halves[2 * i] as number;
  }

  /** The upper half of the id at `i`. */
  hi(i: number): number {
    return this.#halves[2 * i + 1] as number;
  }

  /** Adds an id of two unsigned halves. */
  push(lo: number, hi: number): void {
    const at = 2 * this.#length;
    if (at === this.#halves.length) {
      const grown = new Uint32Array(2 * at);
      grown.set(this.#halves);
      this.#halves = grown;
    }
    this.#halves[at] = lo;
    this.#halves[at + 1] = hi;
    this.#length++;
  }

  /** Takes out all. */
  clear(): void {
    this.#length = 0;
  }
}
