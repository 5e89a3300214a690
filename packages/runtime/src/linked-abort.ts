// An abort of one's own, which the signal of who is above sets off too. Unlike AbortSignal.any it leaves no listener
// with a signal that lives as long as the process.

/** Aborts when told to or when `above` does, until it is disposed of. */
export class LinkedAbort implements Disposable {
  readonly #own = new AbortController();
  readonly #above: AbortSignal;

  constructor(above: AbortSignal) {
    this.#above = above;
    if (above.aborted) this.#follow();
    else above.addEventListener('abort', this.#follow, { once: true });
  }

  get signal(): AbortSignal {
    return this.#own.signal;
  }

  abort(reason: Error): void {
    this.#own.abort(reason);
  }

  /** Follows `above` no longer. */
  [Symbol.dispose](): void {
    this.#above.removeEventListener('abort', this.#follow);
  }

  readonly #follow = () => this.#own.abort(this.#above.reason);
}
