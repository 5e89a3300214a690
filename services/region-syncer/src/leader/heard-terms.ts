// Followers that have seen a higher term than this leader's: it began from an older copy of its history, or from none.
// Nobody who has seen a term takes frames of a lower one, so the leader goes on above it (region-syncer.md 7.3).
// Invariant: a stream is joined only in a term that is not lower than what its follower has seen.

import type { Logger } from '@syncline/telemetry/logger.ts';
import { maxHeardTerm } from '../log/index.ts';
import type { Replica } from '../replica/replica.ts';
import type { SyncRequest } from '../wire/sync-request.ts';
import { StreamRefusedError } from './stream-refusals.ts';

export interface HeardTermsParts {
  readonly replica: Pick<Replica, 'term' | 'raiseTerm'>;
  readonly logger: Logger;
  /** Aborts when this member leads no longer. */
  readonly over: () => AbortSignal;
}

export class HeardTerms {
  readonly #parts: HeardTermsParts;
  #isRaising = false;

  constructor(parts: HeardTermsParts) {
    this.#parts = parts;
  }

  /**
   * Throws StreamRefusedError when the follower has seen a higher term. It may come back once the leader is above that,
   * which begins here; above `maxHeardTerm` the leader does not go, so that follower has to be reset.
   */
  check({ term, member: { name } }: SyncRequest): void {
    const { replica } = this.#parts;
    if (term <= replica.term) return;
    const seen = `term: follower ${JSON.stringify(name)} has seen ${term}, and this leader is in ${replica.term}`;
    if (term > maxHeardTerm)
      throw new StreamRefusedError(
        'term-beyond',
        `${seen}; no leader goes above ${maxHeardTerm} for that: reset the follower`,
      );
    if (!this.#isRaising) void this.#raise(term);
    throw new StreamRefusedError('term', `${seen}; it is going above that`);
  }

  /** Never rejects. */
  async #raise(above: number): Promise<void> {
    const { replica, logger, over } = this.#parts;
    const signal = over();
    const before = replica.term;
    this.#isRaising = true;
    try {
      await replica.raiseTerm(above, signal);
      logger.warn({ before, above, term: replica.term }, 'a follower had seen a higher term');
    } catch (err) {
      if (!signal.aborted) logger.error({ err, above }, 'no higher term can begin');
    } finally {
      this.#isRaising = false;
    }
  }
}
