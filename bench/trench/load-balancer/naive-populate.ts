// Filling a Maglev table as the paper prints it (NSDI 2016, section 3.4): a place in a target's order is computed from
// its number each time, and the entries are an ordinary array.

import type { Rows } from '../../../services/load-balancer/src/maglev/rows.ts';

/** The identifier of each slot's target; `active` is not empty. */
export function naivePopulate(rows: Rows, active: readonly number[]): readonly number[] {
  const next = active.map(() => 0);
  const entry: number[] = Array.from({ length: rows.size }, () => -1);
  for (let filled = 0; ; ) {
    for (const [i, identifier] of active.entries()) {
      const place = () => (rows.offset(identifier) + (next[i] ?? 0) * rows.skip(identifier)) % rows.size;
      let candidate = place();
      while ((entry[candidate] ?? 0) >= 0) {
        next[i] = (next[i] ?? 0) + 1;
        candidate = place();
      }
      entry[candidate] = identifier;
      next[i] = (next[i] ?? 0) + 1;
      if (++filled === rows.size) return entry;
    }
  }
}
