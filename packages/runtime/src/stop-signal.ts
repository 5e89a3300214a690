// The one signal that ends a process, and why it was given. It aborts once; a failure is kept even when the
// stop had been asked for before, because it decides the exit code.

/** The reason of a stop that somebody asked for. */
export class StoppedError extends Error {
  override name = 'StoppedError';
  /** Who asked, such as a signal's name. */
  readonly by: string;

  constructor(by: string) {
    super(`stopped by ${by}`);
    this.by = by;
  }
}

/** Ends streams and intake. Loops end when they are disposed, after the server has drained. */
export class StopSignal {
  readonly #controller = new AbortController();
  #failure: Error | undefined;

  /** Aborts at the first stop() or fail(); its reason is a StoppedError or the failure. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The first error given to fail(), whether or not the stop had begun. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Asks for the stop; `by` says who. Does nothing once the signal has aborted. */
  stop(by: string): void {
    if (!this.signal.aborted) this.#controller.abort(new StoppedError(by));
  }

  /** Stops because of `error`. True the first time; later errors are the caller's to report. */
  fail(error: Error): boolean {
    if (this.#failure !== undefined) return false;
    this.#failure = error;
    if (!this.signal.aborted) this.#controller.abort(error);
    return true;
  }
}

/** Resolves when `signal` aborts. Call it once for a signal: the listener stays until then. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  return promise;
}
