// How a leader's term begins: it is kept on disk before anybody hears of it.

import type { DiskHealth } from '@syncline/sqlite/disk-health.ts';
import { refusalOf } from '@syncline/sqlite/store-refusal.ts';
import { firstOfTerm } from '../log/index.ts';
import { type RebaseParts, rebase } from './rebase.ts';
import type { ReplicaStore } from './replica-store.ts';
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
  await keepTerm(store, health, term, signal);
  signal.throwIfAborted();
  if (term > commits.term) commits.termBegan(term);
}

/**
 * Begins a history with terms in the place of a PD's: the regions are as they are; gives its first term. When it rejects,
 * the PD's history goes on as if nothing had been tried.
 */
export async function takeOver(parts: RebaseParts, source: Origin, signal: AbortSignal): Promise<number> {
  const { store, commits, health } = parts;
  const term = commits.term + 1;
  // The history that begins with it may be lost with the power; the term is not given again even then.
  await keepTerm(store, health, term, signal);
  signal.throwIfAborted();
  const { next } = commits;
  commits.detach(firstOfTerm(term));
  try {
    await rebase(parts, source, signal);
  } catch (error) {
    commits.reattach(next);
    throw error;
  }
  return term;
}

/** The store keeps that a term was seen, also over a power cut. Tries until it does, or the signal aborts. */
async function keepTerm(
  store: ReplicaStore,
  health: DiskHealth,
  term: number,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      await store.seeTerm(term);
      health.works();
      return;
    } catch (error) {
      if (refusalOf(error) === 'broken' || !(error instanceof Error)) throw error;
      await health.refused(error, signal);
    }
  }
}
