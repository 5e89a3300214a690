// The interface names that are in use, kept as that changes, and which one is given next. Names that the proxy gives are
// nsm-<n>; what else clients call theirs is in nobody's way.

const given = /^nsm-(0|[1-9]\d*)$/;

/** Numbers are counted by so many, so that the lowest free one of a million is found in some two thousand looks. */
const blockSize = 1_024;

export class InterfaceNames {
  /** How many have nsm-<n>: clients may ask for one that another has. */
  readonly #holders = new Map<number, number>();
  /** How many numbers of each block are in use. */
  readonly #used = new Map<number, number>();

  /** One more has the name; undefined is none. */
  add(name: string | undefined): void {
    this.#count(name, 1);
  }

  /** One of those that have the name has it no more. */
  remove(name: string | undefined): void {
    this.#count(name, -1);
  }

  /** The lowest nsm-<n> that is not in use. */
  get free(): string {
    let block = 0;
    while (this.#used.get(block) === blockSize) block += 1;
    let n = block * blockSize;
    while (this.#holders.has(n)) n += 1;
    return `nsm-${n}`;
  }

  #count(name: string | undefined, by: 1 | -1): void {
    const number = given.exec(name ?? '')?.[1];
    if (number === undefined) return;
    const n = Number(number);
    const before = this.#holders.get(n) ?? 0;
    if (before + by === 0) this.#holders.delete(n);
    else this.#holders.set(n, before + by);
    const block = Math.floor(n / blockSize);
    if (before === 0 || before + by === 0) this.#used.set(block, (this.#used.get(block) ?? 0) + by);
  }
}
