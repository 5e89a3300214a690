// Why a Request, a Close or a watch is refused.

/** A newer Request or a Close of the same connection took this Request's place. */
export class SupersededError extends Error {
  override name = 'SupersededError';

  constructor(by: 'Request' | 'Close', id: string) {
    super(`a newer ${by} of connection "${id}" took the place of this Request`);
  }
}

/** Something that is needed is not there now; it may be later. */
export class UnavailableError extends Error {
  override name = 'UnavailableError';
}

/** There are as many as there may be. */
export class TooManyError extends Error {
  override name = 'TooManyError';

  /** @param setting the variable that says how many, without its prefix */
  constructor(what: string, bound: number, setting: string) {
    super(`no room for more ${what}: SYNCLINE_PROXY_${setting} is ${bound}`);
  }
}

/** What is named does not exist here. */
export class UnknownError extends Error {
  override name = 'UnknownError';
}
