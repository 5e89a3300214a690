// Every choice of a simulated run, its random numbers included, goes through here and is noted.
// The choices are the run: given again, in their order, they repeat it.

/** One of the steps that can happen next. */
export interface Candidate {
  /** Which actor, link or pause it comes from. */
  readonly source: string;
  /** Which of the source's steps it is, from 1. */
  readonly nth: number;
}

/** Where choices come from: a seed, a replay, or a run that is being shrunk. */
export interface ChoiceSource {
  /** A whole number in [0, bound), where bound is 2 or more and 0 is the simplest. */
  value(bound: number): number;
  /** An index into `candidates`, of which there are two or more, the oldest first. */
  step(candidates: readonly Candidate[]): number;
}

/** Takes choices from a source and notes them. A choice among one is not asked for. */
export class Choices {
  /** All choices in order: a replay. */
  readonly taken: number[] = [];
  /** The choices of the scenario alone. */
  readonly values: number[] = [];
  /** The steps in the order in which they happened. */
  readonly order: Candidate[] = [];
  readonly #source: ChoiceSource;

  constructor(source: ChoiceSource) {
    this.#source = source;
  }

  /** A whole number in [0, bound); `bound` is from 1 to 2^32. */
  value(bound: number): number {
    if (!Number.isSafeInteger(bound) || bound < 1 || bound > 2 ** 32) {
      throw new RangeError(`choose: the bound must be a whole number from 1 to 2^32, not ${bound}`);
    }
    if (bound === 1) return 0;
    const value = this.#source.value(bound);
    this.taken.push(value);
    this.values.push(value);
    return value;
  }

  /** One of `candidates`, or undefined when there is none. */
  step<C extends Candidate>(candidates: readonly C[]): C | undefined {
    let index = 0;
    if (candidates.length > 1) {
      index = this.#source.step(candidates);
      this.taken.push(index);
    }
    const chosen = candidates[index];
    if (chosen !== undefined) this.order.push({ source: chosen.source, nth: chosen.nth });
    return chosen;
  }
}

/** The choices as a short text. Zeros at the end are left out: a replay gives them anyway. */
export function formatChoices(choices: readonly number[]): string {
  return choices
    .slice(0, choices.findLastIndex((choice) => choice !== 0) + 1)
    .map((choice) => choice.toString(36))
    .join('.');
}

/** Reads what formatChoices wrote; throws when it is anything else. */
export function parseChoices(text: string): number[] {
  if (text === '') return [];
  return text.split('.').map((part) => {
    if (!/^[0-9a-z]{1,7}$/.test(part)) throw new Error(`replay: "${part}" in "${text}" is not a choice`);
    return Number.parseInt(part, 36);
  });
}
