// The Requests that are under way, at the most one for each connection: a newer one ends the older at once, so nobody
// waits for anybody and the last one wins.

import { SupersededError, TooManyError } from '../connection/errors.ts';

/** One Request under way. Disposing it says that it is over. */
export interface Attempt extends Disposable {
  /** Aborts with SupersededError when its place is taken. */
  readonly signal: AbortSignal;
}

/** The attempts of one conduit, by the client's connection id. */
export class Attempts {
  readonly #most: number;
  readonly #under = new Map<string, AbortController>();

  /** @param most how many there may be */
  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#under.size;
  }

  has(id: string): boolean {
    return this.#under.has(id);
  }

  /** Begins an attempt and ends the one before it. Throws TooManyError. */
  begin(id: string): Attempt {
    this.supersede(id, 'Request');
    if (this.#under.size >= this.#most) throw new TooManyError('Requests', this.#most, 'CONNECTIONS');
    const controller = new AbortController();
    this.#under.set(id, controller);
    return {
      signal: controller.signal,
      [Symbol.dispose]: () => {
        if (this.#under.get(id) === controller) this.#under.delete(id);
      },
    };
  }

  /** Ends the attempt on this connection, if there is one. */
  supersede(id: string, by: 'Request' | 'Close'): void {
    this.#under.get(id)?.abort(new SupersededError(by, id));
    this.#under.delete(id);
  }
}
