// What is wrong with a configuration, said so that one finds the place: the line, the field and what stands there.

import { MalformedError } from '@syncline/trench/malformed-error.ts';

/** A place in the file: its line, from 1, and the way to it, such as `streams.items[1].max-targets`. */
export interface Place {
  readonly line: number;
  readonly field: string;
}

export interface Problem extends Place {
  /** What stands there; undefined when nothing does, or when it is no single value. */
  readonly value: string | undefined;
  readonly reason: string;
}

/** A problem as one line for people. */
export function printProblem({ line, field, value, reason }: Problem): string {
  const shown = value === undefined ? '' : ` ${JSON.stringify(value.slice(0, 100))}`;
  return `line ${line}: ${field}${shown}: ${reason}`;
}

const shownProblems = 20;

/** The text cannot be a configuration. Nothing of it is used. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const more = problems.length - shownProblems;
    const lines = problems.slice(0, shownProblems).map(printProblem);
    super([...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'));
    this.problems = problems;
  }
}

/** Collects problems, so that a file is read to its end and all of them are told at once. */
export class Problems {
  readonly #found: Problem[] = [];

  get found(): readonly Problem[] {
    return this.#found;
  }

  add(place: Place, value: string | undefined, reason: string): void {
    this.#found.push({ line: place.line, field: place.field, value, reason });
  }

  /** What `parse` makes of the text there; undefined when that is malformed, which is noted. */
  read<Value>(place: Place, text: string, parse: (text: string, field: string) => Value): Value | undefined {
    try {
      return parse(text, place.field);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      this.add(place, text, error.reason);
      return undefined;
    }
  }

  /** Throws ConfigurationError, in the order of the file, when there is any. */
  check(): void {
    if (this.#found.length === 0) return;
    throw new ConfigurationError(this.#found.toSorted((a, b) => a.line - b.line));
  }
}
