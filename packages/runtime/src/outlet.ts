// The reading end of a mailbox: one consumer at a time, asleep while there is nothing to take.
// It asks the mailbox again before every sleep, so a wake-up that comes early is not lost.

import { SecondConsumerError } from './mailbox-errors.ts';
import { Waiter } from './waiter.ts';

/** The single-consumer end that Mailbox and ConflatingMailbox share. */
export class Outlet {
  readonly #mailbox: string;
  #reading = false;
  #ended = false;
  #sleeper: Waiter | undefined;

  constructor(mailbox: string) {
    this.#mailbox = mailbox;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** There may be something to take. */
  wake(): void {
    this.#sleeper?.resolve();
    this.#sleeper = undefined;
  }

  /** Nothing more will come: the consumer takes what is left, then its generator returns. */
  end(): void {
    this.#ended = true;
    this.wake();
  }

  /**
   * Yields whatever `take` gives, sleeping while it gives undefined.
   * Throws SecondConsumerError while another consumer reads, and the signal's reason once it aborts,
   * even when there is something to take.
   */
  async *drain<B>(take: () => B | undefined, signal: AbortSignal): AsyncGenerator<B, void, undefined> {
    if (this.#reading) throw new SecondConsumerError(this.#mailbox);
    this.#reading = true;
    try {
      for (;;) {
        signal.throwIfAborted();
        const batch = take();
        if (batch !== undefined) {
          yield batch;
        } else if (this.#ended) {
          return;
        } else {
          this.#sleeper = new Waiter(signal);
          await this.#sleeper.promise;
        }
      }
    } finally {
      this.#reading = false;
      this.#sleeper = undefined;
    }
  }
}
