// Makes a failing run simpler for its reader: fewer steps first, then fewer and smaller choices of the
// scenario.

import { guidedChoices } from './explorer-choice-source.ts';
import type { Candidate, ChoiceSource } from './explorer-choices.ts';
import type { Outcome } from './explorer-run.ts';
import type { Failure } from './explorer-tasks.ts';

/** A run that failed. */
export interface FailedRun extends Outcome {
  readonly failure: Failure;
}

export function hasFailed(outcome: Outcome): outcome is FailedRun {
  return outcome.failure !== undefined;
}

/** Whether the two are the same trouble, so that shrinking one bug does not end at another. */
export function sameFailure(a: Failure, b: Failure): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === 'invariant') return a.where === b.where;
  return nameOf(a.error) === nameOf(b.error);
}

/** The simplest run found, in `budgetMs` of real time, that fails as `first` does. `attempt` makes a run. */
export async function shrink(
  first: FailedRun,
  attempt: (source: ChoiceSource) => Promise<Outcome>,
  budgetMs: number,
): Promise<FailedRun> {
  const deadline = performance.now() + budgetMs;
  const tried = new Set<string>();
  let best = first;
  const isOver = () => performance.now() > deadline;

  async function improves(values: readonly number[], order: readonly Candidate[]): Promise<boolean> {
    if (isOver()) return false;
    const key = JSON.stringify([values, order]);
    if (tried.has(key)) return false;
    tried.add(key);
    const outcome = await attempt(guidedChoices(values, order));
    if (!hasFailed(outcome) || !sameFailure(outcome.failure, first.failure)) return false;
    if (compare(outcome, best) >= 0) return false;
    best = outcome;
    return true;
  }

  /** Lets ever smaller stretches of the steps happen last, which is usually after the failure. */
  async function postponeSteps(): Promise<void> {
    for (const { from, to } of stretches(() => best.choices.order.length)) {
      if (isOver()) return;
      const { values, order } = best.choices;
      await improves(values, order.toSpliced(from, to - from));
    }
  }

  async function dropValues(): Promise<void> {
    for (const { from, to } of stretches(() => best.choices.values.length)) {
      if (isOver()) return;
      const { values, order } = best.choices;
      if (!(await improves(values.toSpliced(from, to - from), order))) {
        await improves(values.toSpliced(from, to - from, ...values.slice(from, to).fill(0)), order);
      }
    }
  }

  async function lowerValues(): Promise<void> {
    for (let at = 0; at < best.choices.values.length && !isOver(); at += 1) {
      let low = 0;
      for (
        let high = best.choices.values[at] ?? 0;
        low < high;
        high = Math.min(high, best.choices.values[at] ?? 0)
      ) {
        const middle = Math.floor((low + high) / 2);
        if (!(await improves(best.choices.values.with(at, middle), best.choices.order))) low = middle + 1;
      }
    }
  }

  for (let before: FailedRun | undefined; before !== best; ) {
    before = best;
    await postponeSteps();
    await dropValues();
    await lowerValues();
  }
  return best;
}

/**
 * Ranges over a list that may shrink meanwhile: halves, quarters and so on, each from the end to the
 * beginning.
 */
function* stretches(length: () => number): Generator<{ from: number; to: number }> {
  for (let size = length(); size >= 1; size = Math.floor(size / 2)) {
    for (let to = length(); to > 0; to = Math.min(to - size, length()))
      yield { from: Math.max(0, to - size), to };
  }
}

/** Which of two runs is simpler; negative when `a` is. */
function compare(a: FailedRun, b: FailedRun): number {
  const [left, right] = [a.choices.values, b.choices.values];
  const at = left.findIndex((value, index) => value !== right[index]);
  return a.steps - b.steps || left.length - right.length || (left[at] ?? 0) - (right[at] ?? 0);
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
