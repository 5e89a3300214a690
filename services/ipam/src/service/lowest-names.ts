// The first few of many names, in order, without sorting all of them.

/** The lowest `count` names of all lists that are not below `from`, each once. */
export function lowestNames(
  lists: readonly Iterable<string>[],
  from: string,
  count: number,
): readonly string[] {
  let lowest = new Set<string>();
  let bound: string | undefined;
  for (const list of lists) {
    for (const name of list) {
      if (name < from || (bound !== undefined && name > bound)) continue;
      lowest.add(name);
      // Now and then, so that of names in any order few are kept in vain.
      if (lowest.size < 2 * count) continue;
      const sorted = [...lowest].sort().slice(0, count);
      bound = sorted.at(-1);
      lowest = new Set(sorted);
    }
  }
  return [...lowest].sort().slice(0, count);
}
