// The three places that choices come from: a seed, a replay, and a run that is being shrunk.

import { integer, type Rng, seededRng } from '@syncline/runtime/rng.ts';
import type { Candidate, ChoiceSource } from './explorer-choices.ts';

/** Even chances for all that can happen: the same seed makes the same choices. */
export function fairChoices(seed: number): ChoiceSource {
  const rng = seededRng(seed);
  return { value: (bound) => integer(rng, bound), step: (candidates) => integer(rng, candidates.length) };
}

/** How often an unfair run lets an even chance decide. */
const evenShare = 1 / 8;

/** Lets some sources of steps starve others for long, which even chances hardly ever do. */
export function unfairChoices(seed: number): ChoiceSource {
  const rng = seededRng(seed);
  const priorities = new Map<string, number>();
  return {
    value: (bound) => integer(rng, bound),
    step(candidates) {
      if (rng.next() < evenShare) return integer(rng, candidates.length);
      const ranks = candidates.map(({ source }) => priorityOf(source, priorities, rng));
      return ranks.indexOf(Math.max(...ranks));
    },
  };
}

function priorityOf(source: string, priorities: Map<string, number>, rng: Rng): number {
  const priority = priorities.get(source) ?? rng.next();
  priorities.set(source, priority);
  return priority;
}

/** Gives `choices` in order, each modulo what is possible, and then always 0. */
export function replayedChoices(choices: readonly number[]): ChoiceSource {
  let at = 0;
  const next = (bound: number) => (choices[at++] ?? 0) % bound;
  return { value: next, step: (candidates) => next(candidates.length) };
}

/**
 * Follows a run that was changed: `values` for the scenario's choices, and steps in the given order. Where a
 * step of the order is not possible, another of its source happens (a change elsewhere may have shifted the
 * count), or it is passed over. A step that was taken out of the order happens when the order is at its end.
 */
export function guidedChoices(values: readonly number[], order: readonly Candidate[]): ChoiceSource {
  const replayed = replayedChoices(values);
  let at = 0;
  return {
    value: (bound) => replayed.value(bound),
    step(candidates) {
      while (at < order.length) {
        const wanted = order[at++];
        const exact = candidates.findIndex(
          ({ source, nth }) => source === wanted?.source && nth === wanted.nth,
        );
        const similar = exact >= 0 ? exact : candidates.findIndex(({ source }) => source === wanted?.source);
        if (similar >= 0) return similar;
      }
      return 0;
    },
  };
}
