// Who has which address in force, kept as that changes: to find out is a lookup, however many there are.

/** Holders by address. Mostly an address has one; a file that was kept for long may say that it has several. */
export class Holders {
  readonly #byAddress = new Map<string, readonly string[]>();

  /** Who has the address, whatever length is written behind it: that differs between conduits. */
  of(address: string): readonly string[] {
    return this.#byAddress.get(addressOf(address)) ?? [];
  }

  /** The holder has the addresses `after` instead of those of `before`. */
  change(holder: string, before: readonly string[], after: readonly string[]): void {
    for (const address of before.map(addressOf)) {
      const others = this.of(address).filter((each) => each !== holder);
      if (others.length === 0) this.#byAddress.delete(address);
      else this.#byAddress.set(address, others);
    }
    for (const address of after.map(addressOf)) {
      const holders = this.of(address);
      if (!holders.includes(holder)) this.#byAddress.set(address, [...holders, holder]);
    }
  }
}

/** An address without its length. */
export function addressOf(text: string): string {
  return text.split('/', 1)[0] ?? '';
}
