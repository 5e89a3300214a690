// The moment when a generation that was written becomes the active one.

import type { TermEnd } from '../log/lineage.ts';
import type { Generation, Source } from './history-table.ts';
import { type Held, readableFrom } from './store-file.ts';

/** What the generation that was written is. */
export type Flip =
  /** It holds what the history led to at `index`, which the log goes on from. */
  | { readonly kind: 'checkpoint'; readonly index: number }
  /** It was sent by a leader; `term` is the newest that counts as seen. */
  | (Another & { readonly kind: 'snapshot'; readonly term: number })
  /** It was made of what is held, so a snapshot that is forced has still to come. */
  | (Another & { readonly kind: 'rebase' });

/** Another history: nothing in the log continues it. */
interface Another {
  readonly index: number;
  /** How many blocks, the first ones, are the snapshot; those after them are records that came since. */
  readonly regions: number;
  readonly source: Exclude<Source, { kind: 'none' }>;
  /** Empty for a foreign one. */
  readonly lineage: readonly TermEnd[];
}

/** In a transaction: `written` becomes the active generation. Throws RangeError when it cannot be what `flip` says. */
export function activate(held: Held, flip: Flip, written: Omit<Generation, 'index'>): void {
  const { history, log } = held;
  const { index } = flip;
  if (flip.kind === 'checkpoint') {
    if (readableFrom(held, index) === undefined)
      throw new RangeError(`the log does not go on from index ${index}`);
    history.put({ generation: { ...written, index } });
    return;
  }
  const { regions, source, lineage } = flip;
  if (regions > written.regions)
    throw new RangeError(`${regions} regions are more than the ${written.regions} that were written`);
  log.bury(log.spans.length);
  const generation = { ...written, regions, index };
  history.replace({ source, generation, maxTerm: seenTerm(history, flip) }, lineage, index);
  if (flip.kind === 'snapshot') history.forceSnapshot(false);
}

/** What was forgotten for the snapshot that is forced is not seen again because its history is written anew. */
function seenTerm(
  { maxTerm, isSnapshotForced }: Held['history'],
  flip: Exclude<Flip, { kind: 'checkpoint' }>,
) {
  if (flip.kind === 'rebase' && isSnapshotForced) return maxTerm;
  return Math.max(flip.kind === 'snapshot' ? flip.term : maxTerm, flip.lineage.at(-1)?.term ?? 0);
}
