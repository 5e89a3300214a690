// How many watch at a time. Each costs a little memory and a message a change; the bound keeps a client that forgets its
// streams from adding up.

export class Watchers {
  /** As many as there may be. */
  readonly limit: number;
  #count = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get count(): number {
    return this.#count;
  }

  /** A place, given back by disposing of it; undefined when all are taken. */
  enter(): Disposable | undefined {
    if (this.#count >= this.limit) return undefined;
    this.#count += 1;
    return { [Symbol.dispose]: () => void (this.#count -= 1) };
  }
}
