// Keeps in the store that a snapshot is wanted, so that a restart still wants it, and of which terms. The store forgets
// it with the snapshot. Invariant: who is told that it is kept was told so of every kill after that.

import { type Clock, sleep } from '@syncline/runtime/clock.ts';
import { Waiter } from '@syncline/runtime/waiter.ts';
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
  /** Whether a snapshot is being made the present copy, which takes a mark with it that was set before. */
  readonly isFlipping: () => boolean;
  /** Ends the attempts. */
  readonly signal: AbortSignal;
}

export class ForcedMark {
  readonly #parts: ForcedMarkParts;
  readonly #waiting: Set<Waiter> = new Set();
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

  /**
   * Resolves when a restart still wants what is wanted, or nothing is wanted any more. Rejects with what the store
   * answers to the attempt that is under way or comes next, and with the signal's reason; attempts go on all the same.
   */
  kept(signal: AbortSignal): Promise<void> {
    const over = AbortSignal.any([signal, this.#parts.signal]);
    over.throwIfAborted();
    const waiter: Waiter = new Waiter(over, () => this.#waiting.delete(waiter));
    this.#waiting.add(waiter);
    this.settle();
    return waiter.promise;
  }

  /** To be called when a flip is over, and has not taken the mark. */
  settle(): void {
    if (!this.#isSetting && !this.#parts.isFlipping()) this.#tell((waiter) => waiter.resolve());
  }

  #tell(settle: (waiter: Waiter) => void): void {
    const told = [...this.#waiting];
    this.#waiting.clear();
    for (const waiter of told) settle(waiter);
  }

  /** Never rejects. */
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
        this.#tell((waiter) => waiter.reject(err instanceof Error ? err : new Error(String(err))));
        await sleep(clock, retryMs, signal).catch(() => {});
      }
    }
    this.#isSetting = false;
    this.settle();
  }
}
