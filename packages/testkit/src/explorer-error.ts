// How a failing run is shown: what went wrong, the steps that lead to it, and how to see it again.

import { formatChoices } from './explorer-choices.ts';
import type { FailedRun } from './explorer-shrink.ts';

/** A scenario failed; the message holds all that is needed to understand and repeat it. */
export class ExplorationError extends Error {
  override name = 'ExplorationError';
  /** The seed that found it; undefined when a replay did. */
  readonly seed: number | undefined;
  /** `explore({ replay })` or the environment variable SYNCLINE_REPLAY repeat the shrunk run. */
  readonly replay: string;
  /** The shrunk run, a line a step. */
  readonly trace: readonly string[];

  constructor(scenario: string, seed: number | undefined, found: FailedRun, shrunk: FailedRun) {
    const { kind, where, error } = shrunk.failure;
    const replay = `${scenario}:${formatChoices(shrunk.choices.taken)}`;
    const trace = shrunk.trace();
    const origin = seed === undefined ? 'in the replay' : `at seed ${seed}`;
    super(
      [
        `${scenario} failed ${origin}: ${kind}: ${where}`,
        error instanceof Error ? `${error.name}: ${error.message}` : String(error),
        `steps (${found.steps} before shrinking, ${shrunk.steps} after):`,
        ...trace,
        `replay with SYNCLINE_REPLAY='${replay}'`,
      ].join('\n'),
      { cause: error },
    );
    this.seed = seed;
    this.replay = replay;
    this.trace = trace;
  }
}
