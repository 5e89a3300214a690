// What became of each message that the watches of NSP and proxy received: all are in one of the counts, and none is
// dropped. Loops take a message in the turn in which it comes, so none waits and none is replaced before.

import { MalformedError } from '@syncline/trench/malformed-error.ts';

/** Messages since the start; `received` is counted for itself, and the sum of the others. */
export interface InboxCounts {
  readonly received: number;
  /** Handed to a loop, or about somebody else. */
  readonly applied: number;
  /** Of a watch that had been left. */
  readonly stale: number;
  /** Refused as malformed. */
  readonly quarantined: number;
}

/** Shared by all watches of a tap. */
export class Inbox {
  readonly #refused: (error: MalformedError) => void;
  #received = 0;
  #applied = 0;
  #stale = 0;
  #quarantined = 0;

  /** `refused` is told of each text that is not what it should be. */
  constructor(refused: (error: MalformedError) => void) {
    this.#refused = refused;
  }

  get counts(): InboxCounts {
    return {
      received: this.#received,
      applied: this.#applied,
      stale: this.#stale,
      quarantined: this.#quarantined,
    };
  }

  /**
   * What `read` makes of each message of a watch; nothing of a message for which it throws MalformedError: what was known
   * holds then.
   */
  async *follow<Message, Value>(
    messages: AsyncIterable<Message>,
    read: (message: Message) => readonly Value[],
    signal: AbortSignal,
  ): AsyncGenerator<Value, void, undefined> {
    for await (const message of messages) {
      this.#received += 1;
      if (signal.aborted) {
        this.#stale += 1;
        return;
      }
      const values = this.orRefused(() => read(message));
      if (values === undefined) {
        this.#quarantined += 1;
        continue;
      }
      this.#applied += 1;
      yield* values;
    }
  }

  /** What `read` gives; undefined when it throws MalformedError, for a part of a message that is left out alone. */
  orRefused<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      this.#refused(error);
      return undefined;
    }
  }
}
