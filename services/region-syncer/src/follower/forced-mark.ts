// Keeps in the store that a snapshot is wanted, so that a restart still wants it, and of which terms. The store forgets
// it with the snapshot.

import { type Clock, sleep } from '@syncline/runtime/clock.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import type { RegionStoreThread } from '../store/open-region-store.ts';

export interface ForcedMarkParts {
  readonly store: Pick<RegionStoreThread, 'call'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Wait between two attempts while the store refuses, in ms. */
  readonly retryMs: number;
  /** The lowest term whose snapshot is taken; undefined when none is wanted any more. */
  readonly wanted: () => number | undefined;
  /** Ends the attempts. */
  readonly signal: AbortSignal;
}

export class ForcedMark {
  readonly #parts: ForcedMarkParts;
  #isSetting = false;
  #isSet = true;

  constructor(parts: ForcedMarkParts) {
    this.#parts = parts;
  }

  /** Sets the mark, or sets it anew, as soon as the store takes it. */
  set(): void {
    this.#isSet = false;
    if (!this.#isSetting) void this.#set();
  }

  async #set(): Promise<void> {
    const { store, clock, logger, retryMs, wanted, signal } = this.#parts;
    this.#isSetting = true;
    for (let term = wanted(); !this.#isSet && term !== undefined && !signal.aborted; term = wanted()) {
      this.#isSet = true;
      try {
        await store.call('forceSnapshot', term);
      } catch (err) {
        this.#isSet = false;
        logger.warn({ err }, 'the store does not keep that a snapshot is wanted');
        await sleep(clock, retryMs, signal).catch(() => {});
      }
    }
    this.#isSetting = false;
  }
}
