// The answer to all watchers that ask for the same: one encoded list, made once whoever waits for it. A watcher that is
// slow skips what was replaced; a list that is the same again wakes nobody.

import { Latest } from '@syncline/runtime/latest.ts';

/** A list as it was at some moment. */
export interface ListVersion {
  /** A whole response message, encoded; shared, never written to. */
  readonly response: Uint8Array;
  /** Counts the changes of this list. */
  readonly number: number;
}

export class SharedList {
  readonly #versions: Latest<ListVersion>;

  constructor(response: Uint8Array) {
    this.#versions = new Latest({ response, number: 1 });
  }

  /** Wakes the watchers, unless it is the response they have. */
  replace(response: Uint8Array): void {
    const { value } = this.#versions;
    if (Buffer.compare(response, value.response) === 0) return;
    this.#versions.set({ response, number: value.number + 1 });
  }

  /** The list now, and the newest one after each change. Throws the signal's reason when it aborts. */
  versions(signal: AbortSignal): AsyncGenerator<ListVersion, void, undefined> {
    return this.#versions.values(signal);
  }
}
