// A source that says what a test lets it say.

import type { ConfigurationSource, Found } from './source.ts';

export class ScriptedSource implements ConfigurationSource {
  readonly path = 'trench.yaml';
  found: Found = { kind: 'nothing', reason: 'trench.yaml: there is no such file' };
  /** Awaited by each read before it looks. */
  before: () => Promise<void> = () => Promise.resolve();
  /** Whether the system tells of changes. */
  deaf = false;
  reads = 0;
  #watching: (() => void) | undefined;

  /** Replaces the text, as a write does; undefined deletes the file. */
  write(text: string | undefined): void {
    this.found =
      text === undefined
        ? { kind: 'nothing', reason: 'trench.yaml: there is no such file' }
        : { kind: 'text', text };
    if (!this.deaf) this.#watching?.();
  }

  async read(): Promise<Found> {
    this.reads += 1;
    await this.before();
    return this.found;
  }

  watch(changed: () => void): Disposable | undefined {
    this.#watching = changed;
    return { [Symbol.dispose]: () => (this.#watching = undefined) };
  }
}
