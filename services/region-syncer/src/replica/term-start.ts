// How a leader's term begins: it is kept on disk before anybody hears of it.

import { refusalOf } from '@syncline/sqlite/store-refusal.ts';
import { firstOfTerm } from '../log/index.ts';
import { type RebaseParts, rebase } from './rebase.ts';
import type { Origin } from './standing.ts';

/** Begins a term of the history that is there; gives it. Tries until the disk takes it, or the signal aborts. */
export async function startTerm(
  { store, commits, health }: RebaseParts,
  signal: AbortSignal,
): Promise<number> {
  for (;;) {
    try {
      const term = await store.startTerm(commits.term);
      health.works();
      commits.termBegan(term);
      return term;
    } catch (error) {
      if (refusalOf(error) === 'broken' || !(error instanceof Error)) throw error;
      await health.refused(error, signal);
    }
  }
}

/**
 * Goes on in a term after `above`, unless it is in one already: what is recorded from then on is of that term. Tries
 * until the disk keeps it, or the signal aborts.
 */
export async function raiseTerm(
  { store, commits, health }: RebaseParts,
  above: number,
  signal: AbortSignal,
): Promise<void> {
  const term = above + 1;
  for (;;) {
    try {
      await store.seeTerm(term);
      break;
    } catch (error) {
      if (refusalOf(error) === 'broken' || !(error instanceof Error)) throw error;
      await health.refused(error, signal);
    }
  }
  health.works();
  signal.throwIfAborted();
  if (term > commits.term) commits.termBegan(term);
}

/**
 * Begins a history with terms in the place of a PD's: the regions are as they are; gives its first term. When it rejects,
 * the PD's history goes on as if nothing had been tried.
 */
export async function takeOver(parts: RebaseParts, source: Origin, signal: AbortSignal): Promise<number> {
  const { commits } = parts;
  const { next } = commits;
  const term = commits.term + 1;
  commits.detach(firstOfTerm(term));
  try {
    await rebase(parts, source, signal);
  } catch (error) {
    commits.reattach(next);
    throw error;
  }
  return term;
}
