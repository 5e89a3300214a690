// Requests that were refused, by a word for why: what an operator sees of applications that ask for the impossible.

/** A word for a refusal. */
export type Refusal = 'malformed' | 'another-trench' | 'limit' | 'stopping' | 'not-kept';

export class Refusals {
  readonly #counts = new Map<Refusal, number>();

  count(refusal: Refusal): void {
    this.#counts.set(refusal, (this.#counts.get(refusal) ?? 0) + 1);
  }

  /** Those that happened, and how often. */
  get counts(): ReadonlyMap<Refusal, number> {
    return this.#counts;
  }
}
