// The ids of the regions that have gone, for followers that were away: the last so many. Invariant: every region that
// went at or after `floor` and has not come back is here.

const firstCapacity = 1024;

export class Tombstones {
  readonly #most: number;
  #halves: Uint32Array;
  #index: Float64Array;
  /** How many were ever added; the newest is at (#added - 1) % capacity. */
  #added = 0;
  #floor: number;

  /** At most `most` are kept; nothing is known of what went before index `floor`. */
  constructor(most: number, floor: number) {
    const capacity = Math.min(most, firstCapacity);
    this.#halves = new Uint32Array(2 * capacity);
    this.#index = new Float64Array(capacity);
    this.#most = most;
    this.#floor = floor;
  }

  /** The first index from which on all are known. */
  get floor(): number {
    return this.#floor;
  }

  /** The region of this id, in two unsigned halves, went with the record `index`, which never decreases. */
  add(idLo: number, idHi: number, index: number): void {
    if (this.#most === 0) {
      this.#refuseBelow(index + 1);
      return;
    }
    this.#makeRoom();
    const at = this.#added % this.#index.length;
    this.#halves[2 * at] = idLo;
    this.#halves[2 * at + 1] = idHi;
    this.#index[at] = index;
    this.#added++;
  }

  /** Calls `visit` with the id of every region that went with record `index` or later, the last one first. */
  each(index: number, visit: (idLo: number, idHi: number) => void): void {
    const capacity = this.#index.length;
    const end = Math.max(0, this.#added - capacity);
    for (let i = this.#added - 1; i >= end; i--) {
      const at = i % capacity;
      if ((this.#index[at] as number) < index) return;
      visit(this.#halves[2 * at] as number, this.#halves[2 * at + 1] as number);
    }
  }

  /** Nothing is known any more of what went before `index`. */
  #refuseBelow(index: number): void {
    this.#floor = Math.max(this.#floor, index);
  }

  /** A full ring grows to what is allowed; then the oldest is forgotten. */
  #makeRoom(): void {
    const capacity = this.#index.length;
    if (this.#added < capacity) return;
    if (capacity >= this.#most) {
      this.#refuseBelow((this.#index[this.#added % capacity] as number) + 1);
      return;
    }
    const halves = this.#halves;
    const index = this.#index;
    const grown = Math.min(this.#most, 2 * capacity);
    this.#halves = new Uint32Array(2 * grown);
    this.#index = new Float64Array(grown);
    this.#halves.set(halves);
    this.#index.set(index);
  }
}
