// What a lifecycle gate answers when it does not do what was asked.

/** A stop ended the start before it was complete; `cause` is the start's own error, if it had one. */
export class StartAbortedError extends Error {
  override name = 'StartAbortedError';

  constructor(cause?: unknown) {
    super('start was aborted by a stop', cause === undefined ? undefined : { cause });
  }
}

/**
 * The start was refused, because the stop before it failed (`cause`): what it left is still owned. Stop again
 * first.
 */
export class StopFailedError extends Error {
  override name = 'StopFailedError';

  constructor(cause: unknown) {
    super('start refused: the last stop failed and must be repeated first', { cause });
  }
}

/** A stop was not complete in time; what it should have stopped is still owned. */
export class StopTimeoutError extends Error {
  override name = 'StopTimeoutError';
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`stop was not complete after ${timeoutMs} ms`);
    this.timeoutMs = timeoutMs;
  }
}

/**
 * start() or stop() was called from inside a function that the same gate is running: it would wait for
 * itself.
 */
export class ReentrancyError extends Error {
  override name = 'ReentrancyError';

  constructor(method: 'start' | 'stop') {
    super(`${method}() called from inside a start or stop of the same gate`);
  }
}
