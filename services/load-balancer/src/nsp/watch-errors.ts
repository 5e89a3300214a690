// Why a watch is over.

/** The NSP took the call and did not tell the present state in time. */
export class NoAnswerError extends Error {
  override name = 'NoAnswerError';

  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
  }
}

/** The NSP ended the watch by itself, which none should. */
export class WatchEndedError extends Error {
  override name = 'WatchEndedError';

  constructor() {
    super('the NSP ended the watch');
  }
}
