// The last lines a process wrote. Bounded: the oldest line goes when a new one finds no room.

import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const BOUND = 1_000;

/** The last 1,000 lines of one or more streams, in the order in which they were read. */
export class LogTail {
  readonly #lines: string[] = [];
  readonly #listeners = new Set<(line: string) => void>();

  /** Reads `stream` to its end. */
  follow(stream: Readable): void {
    createInterface({ input: stream }).on('line', (line) => {
      this.#lines.push(line);
      if (this.#lines.length > BOUND) this.#lines.shift();
      for (const listener of this.#listeners) listener(line);
    });
  }

  /** Calls `listener` with every later line, until the function it gives is called. */
  onLine(listener: (line: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The lines held, oldest first. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** The last `count` lines as one text. */
  last(count: number): string {
    return this.#lines.slice(-count).join('\n');
  }
}
