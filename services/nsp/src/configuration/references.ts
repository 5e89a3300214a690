// Names in the file that stand for other objects. They resolve flat within the trench. One that leads nowhere takes what
// needs it out of the configuration, as in Meridio's NSP; unlike there it is told.

import type { Place, Problems } from './problem.ts';

export class References {
  readonly #dangling: Problems;

  /** What leads nowhere is noted in `dangling`. */
  constructor(dangling: Problems) {
    this.#dangling = dangling;
  }

  /** What `name` stands for; undefined when it leads nowhere. */
  one<T>(targets: ReadonlyMap<string, T>, kind: string, name: string, at: Place): T | undefined {
    const found = targets.get(name);
    if (found === undefined) {
      const reason = `no such ${kind}, so this is left out`;
      this.#dangling.add(
        at,
        name === '' ? undefined : name,
        name === '' ? `names no ${kind}; ${reason}` : reason,
      );
    }
    return found;
  }

  /** What the names stand for, without those that lead nowhere. */
  all<T>(
    targets: ReadonlyMap<string, T>,
    kind: string,
    names: readonly (Place & { readonly text: string })[],
  ): readonly T[] {
    return names.flatMap((name) => this.one(targets, kind, name.text, name) ?? []);
  }
}

/** Objects by their names. */
export function byName<T extends { readonly name: string }>(objects: readonly T[]): ReadonlyMap<string, T> {
  return new Map(objects.map((each) => [each.name, each]));
}
