// What is wrong with a script, all of it at once, each with its line.

import { LineCounter } from 'yaml';

/** A script that cannot be played; one problem a line. */
export class ScriptError extends Error {
  override name = 'ScriptError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** Collects problems while a script is read. */
export class Problems {
  readonly lines = new LineCounter();
  readonly #found: { readonly line: number; readonly text: string }[] = [];

  /** Notes a problem at an offset of the file; `at` names the place by its keys. */
  note(offset: number | undefined, at: string, text: string): void {
    const { line } = this.lines.linePos(offset ?? 0);
    this.#found.push({ line, text: at === '' ? text : `${at}: ${text}` });
  }

  /** Throws a ScriptError when there was a problem. */
  check(): void {
    if (this.#found.length === 0) return;
    const sorted = this.#found.toSorted((a, b) => a.line - b.line);
    throw new ScriptError(sorted.map(({ line, text }) => `line ${line}: ${text}`));
  }
}
