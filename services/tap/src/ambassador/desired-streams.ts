// The streams that the application asks for, in the order of its Opens. Changed in one turn and by nobody else, so what
// one client asked last is what holds.

import { type StreamName, streamKey } from '@syncline/trench/stream-name.ts';

/** What is asked for at some moment; frozen. */
export interface Desired {
  /** Grows by one with each change. */
  readonly generation: bigint;
  readonly streams: readonly StreamName[];
}

export class DesiredStreams {
  readonly #byKey = new Map<string, StreamName>();
  #generation = 0n;

  get value(): Desired {
    return Object.freeze({
      generation: this.#generation,
      streams: Object.freeze([...this.#byKey.values()]),
    });
  }

  has(stream: StreamName): boolean {
    return this.#byKey.has(streamKey(stream));
  }

  /** At the end of the list. False when it is there already, which changes nothing. */
  add(stream: StreamName): boolean {
    if (this.has(stream)) return false;
    this.#byKey.set(streamKey(stream), stream);
    this.#generation += 1n;
    return true;
  }

  /** False when it is not there, which changes nothing. */
  delete(stream: StreamName): boolean {
    if (!this.#byKey.delete(streamKey(stream))) return false;
    this.#generation += 1n;
    return true;
  }
}
