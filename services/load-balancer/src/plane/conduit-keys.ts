// The keys of the conduits that there are. A key takes longer to make than a packet to be given its target, so that of a
// conduit is made once.

import { type ConduitName, conduitKey } from '@syncline/trench/stream-name.ts';

/** Never changes: other conduits have other keys. */
export class ConduitKeys {
  readonly #known: ReadonlySet<string>;
  /** Of those that were asked for, by trench and name; no more than are known. */
  readonly #made = new Map<string, Map<string, string>>();

  /** @param known by conduitKey */
  constructor(known: ReadonlySet<string>) {
    this.#known = known;
  }

  /** The conduitKey of this one; undefined when there is no such conduit. */
  keyOf(name: ConduitName): string | undefined {
    return this.#made.get(name.trench)?.get(name.conduit) ?? this.#make(name);
  }

  #make(name: ConduitName): string | undefined {
    const key = conduitKey(name);
    if (!this.#known.has(key)) return undefined;
    const ofTrench = this.#made.get(name.trench) ?? new Map<string, string>();
    this.#made.set(name.trench, ofTrench.set(name.conduit, key));
    return key;
  }
}
