// What the tree has taught about its lists: without a schema, the entries that were there say how a list is keyed.

import type { Path, PathElem } from '@syncline/gnmi/path.ts';

/** The key names of every list that was seen. A list that was seen once stays known. */
export class ListKeys {
  readonly #byNames = new Map<string, readonly string[]>();

  /** Learns from the path of a leaf. */
  learn({ origin, elems }: Path): void {
    let names = origin;
    for (const { name, keys } of elems) {
      names += `/${name}`;
      if (keys.length > 0 && !this.#byNames.has(names))
        this.#byNames.set(
          names,
          keys.map(([key]) => key),
        );
    }
  }

  /** The keys of the list whose name is the last element's; undefined when no such list is known. */
  of({ origin, elems }: Path): readonly string[] | undefined {
    return this.#byNames.get(namesOf(origin, elems));
  }

  /** The first key that a path leaves out of an element of a known list. */
  missingIn({ origin, elems }: Path): string | undefined {
    for (const [i, { keys }] of elems.entries()) {
      const known = this.#byNames.get(namesOf(origin, elems.slice(0, i + 1))) ?? [];
      const missing = known.find((key) => !keys.some(([name]) => name === key));
      if (missing !== undefined) return missing;
    }
    return undefined;
  }
}

function namesOf(origin: string, elems: readonly PathElem[]): string {
  return elems.reduce((names, { name }) => `${names}/${name}`, origin);
}
