// What is new in each list of a tap's watch.

import type { StreamStatus } from '@syncline/proto/ambassador.ts';
import { streamText } from './stream-name.ts';
import { statusText } from './tap-wait.ts';

/** A stream that is new, has another status, or is gone. */
export interface StatusChange {
  readonly stream: string;
  /** `closed` when it is gone. */
  readonly status: string;
}

/** The lists of one watch, of which the next is compared to the one before. */
export class StatusChanges {
  #seen: ReadonlyMap<string, string> = new Map();

  /** What differs in this list: what is there, in its order, then what is gone. */
  in(list: readonly StreamStatus[]): readonly StatusChange[] {
    const before = this.#seen;
    const now = new Map(list.map((row) => [streamText(row.stream), statusText(row)]));
    this.#seen = now;
    const changed = [...now].filter(([stream, status]) => before.get(stream) !== status);
    const gone = [...before.keys()].filter((stream) => !now.has(stream));
    return [
      ...changed.map(([stream, status]) => ({ stream, status })),
      ...gone.map((stream) => ({ stream, status: 'closed' })),
    ];
  }
}
