// Why a watch is over.

/** The neighbour took the call and did not tell the present state in time. */
export class NoAnswerError extends Error {
  override name = 'NoAnswerError';

  constructor(ms: number) {
    super(`no answer within ${Math.round(ms)} ms`);
  }
}

/** The neighbour ended the watch by itself, which none should. */
export class WatchEndedError extends Error {
  override name = 'WatchEndedError';

  constructor() {
    super('the watch ended');
  }
}
