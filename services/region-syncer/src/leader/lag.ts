// How many records lie between two positions of a history, though its indexes jump where a term begins.

import { firstOfTerm, termOf } from '../log/index.ts';
import type { TermEnd } from '../log/lineage.ts';

/**
 * Records from `position` up to `next`, the leader's own, which may be past what `terms` (oldest first) has committed.
 * Those of terms that were forgotten are not counted.
 */
export function recordsBetween(position: number, next: number, terms: readonly TermEnd[]): number {
  if (termOf(position) === termOf(next)) return Math.max(0, next - position);
  let records = next - firstOfTerm(termOf(next));
  for (const { term, end } of terms) {
    if (term < termOf(position) || term >= termOf(next)) continue;
    records += end - (term === termOf(position) ? position : firstOfTerm(term));
  }
  return records;
}
