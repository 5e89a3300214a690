// Keeps in the store that a snapshot is wanted, so that a restart still wants it. The store forgets it with the snapshot.

import { type Clock, sleep } from '@syncline/runtime/clock.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import type { RegionStoreThread } from '../store/open-region-store.ts';

export interface ForcedMarkParts {
  readonly store: Pick<RegionStoreThread, 'call'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Wait between two attempts while the store refuses, in ms. */
  readonly retryMs: number;
  /** Whether it is still wanted. */
  readonly isWanted: () => boolean;
  /** Ends the attempts. */
  readonly signal: AbortSignal;
}

export class ForcedMark {
  readonly #parts: ForcedMarkParts;
  #setting = false;

  constructor(parts: ForcedMarkParts) {
    this.#parts = parts;
  }

  /** Sets the mark, as soon as the store takes it. */
  set(): void {
    if (this.#setting) return;
    this.#setting = true;
    void this.#set();
  }

  async #set(): Promise<void> {
    const { store, clock, logger, retryMs, isWanted, signal } = this.#parts;
    while (isWanted() && !signal.aborted) {
      try {
        await store.call('forceSnapshot');
        break;
      } catch (err) {
        logger.warn({ err }, 'the store does not keep that a snapshot is wanted');
        await sleep(clock, retryMs, signal).catch(() => {});
      }
    }
    this.#setting = false;
  }
}
