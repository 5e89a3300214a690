// The runs of one part: contenders interleaved, so that what else the machine does falls on all of them alike.

import type { Figures, Named, Part } from './item/item.ts';

/** What the runs of one contender gave: its figures, and why a run gave none. */
export interface Outcome {
  readonly contender: string;
  readonly figures: readonly Figures[];
  readonly failures: readonly string[];
}

interface Gathered extends Outcome {
  readonly figures: Figures[];
  readonly failures: string[];
}

/** Tells how far the benchmark is. */
export type Progress = (text: string) => void;

/** Measures `part` `runs` times at each contender, and goes on after a run that fails. Rejects when `stop` aborts. */
export async function measure<Contender extends Named>(
  part: Part<Contender>,
  contenders: readonly Contender[],
  runs: number,
  progress: Progress,
  stop: AbortSignal,
): Promise<Outcome[]> {
  const chosen = contenders.filter(({ name }) => part.contenders?.includes(name) ?? true);
  const outcomes = chosen.map(({ name }): Gathered => ({ contender: name, figures: [], failures: [] }));
  for (let run = 1; run <= runs; run++) {
    for (const [index, contender] of chosen.entries()) {
      progress(`${part.title}: run ${run} of ${runs}, ${contender.name}`);
      const bound = AbortSignal.any([stop, AbortSignal.timeout(part.limitSeconds * 1000)]);
      try {
        outcomes[index]?.figures.push(await part.measure(contender, bound));
      } catch (error) {
        stop.throwIfAborted();
        const why = bound.aborted ? `it did not end within ${part.limitSeconds} s` : textOf(error);
        outcomes[index]?.failures.push(`run ${run}: ${why}`);
      }
    }
  }
  return outcomes;
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
