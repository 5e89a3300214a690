// One attempt of a lifecycle gate to start: the function, what became of it, and what its callers are told.
// The two differ when a stop comes in between: the function may still come up, its callers are told of the
// abort.

import { StartAbortedError } from './lifecycle-errors.ts';

export type StartFunction = (signal: AbortSignal) => Promise<void>;

export class StartAttempt {
  readonly #start: StartFunction;
  readonly #abort = new AbortController();
  readonly #answer = Promise.withResolvers<void>();
  #cameUp: Promise<boolean> = Promise.resolve(false);
  #failure: unknown;

  constructor(start: StartFunction) {
    this.#start = start;
  }

  /** What the callers get: resolves when started; rejects with the failure or the abort. */
  get answer(): Promise<void> {
    return this.#answer.promise;
  }

  /** Whether the function came up, as soon as it has settled; false when it was never run. Never rejects. */
  get cameUp(): Promise<boolean> {
    return this.#cameUp;
  }

  /** Runs the function by way of `call`; gives what `cameUp` gives. */
  run(call: (body: () => Promise<void>) => Promise<void>): Promise<boolean> {
    this.#cameUp = call(() => this.#start(this.#abort.signal)).then(
      () => true,
      (error: unknown) => {
        this.#failure = error;
        return false;
      },
    );
    return this.#cameUp;
  }

  /** Asks the function to give up. */
  abort(): void {
    this.#abort.abort(new StartAbortedError());
  }

  succeed(): void {
    this.#answer.resolve();
  }

  /** Rejects the callers with the function's own error. */
  fail(): void {
    this.#answer.reject(this.#failure);
  }

  /** Rejects the callers who still wait, because a stop came. */
  answerAborted(): void {
    const gaveUp = this.#failure === this.#abort.signal.reason;
    this.#answer.reject(new StartAbortedError(gaveUp ? undefined : this.#failure));
  }

  /** Rejects the callers with `error`: the function was not run. */
  refuse(error: Error): void {
    this.#answer.reject(error);
  }
}
