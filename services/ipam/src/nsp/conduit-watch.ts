// Follows which conduits an NSP has configured. When the watch ends it is opened again; what was heard last stays until
// something else is heard, so an NSP that is away takes no conduit away.

import { reasonOf } from '@syncline/rpc/failure-reason.ts';
import { Backoff, type BackoffSettings } from '@syncline/runtime/backoff.ts';
import { type Clock, sleep } from '@syncline/runtime/clock.ts';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import type { ConduitName } from '@syncline/trench/stream-name.ts';

/** Opens the watch: every list that the NSP sends, until it ends or the signal aborts. */
export type OpenConduits = (signal: AbortSignal) => AsyncIterable<readonly ConduitName[]>;

export interface ConduitWatchParts {
  readonly open: OpenConduits;
  /** Takes each list. Must not wait. */
  readonly take: (conduits: readonly ConduitName[]) => void;
  /** How long the NSP may take to send the first list. */
  readonly answerMs: number;
  readonly retry: BackoffSettings;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly logger: Logger;
}

/** Where the watch is. */
export type Following =
  | { readonly kind: 'in step' }
  /** `heard` is whether it was ever in step. */
  | { readonly kind: 'lost'; readonly heard: boolean; readonly reason: string };

export class ConduitWatch {
  readonly #parts: ConduitWatchParts;
  readonly #backoff: Backoff;
  #state: Following = { kind: 'lost', heard: false, reason: 'it was not asked yet' };
  #lists = 0;
  #losses = 0;
  /** What the log has of the failure that lasts; undefined while none does. */
  #loggedReason: string | undefined;

  constructor(parts: ConduitWatchParts) {
    this.#parts = parts;
    this.#backoff = new Backoff(parts.retry, parts.clock, parts.rng);
  }

  get state(): Following {
    return this.#state;
  }

  /** Lists since the start. */
  get lists(): number {
    return this.#lists;
  }

  /** Attempts and watches that failed, since the start. */
  get losses(): number {
    return this.#losses;
  }

  /** Follows until the signal aborts, with whose reason it rejects. */
  async follow(watch: LoopWatch, signal: AbortSignal): Promise<never> {
    const { clock } = this.#parts;
    for (;;) {
      try {
        watch.idle('the conduits of the NSP, whose first answer has a deadline');
        await this.#attend(signal);
      } catch (error) {
        signal.throwIfAborted();
        this.#lose(reasonOf(error));
      }
      watch.idle('the next attempt');
      await sleep(clock, this.#backoff.next(), signal);
    }
  }

  async #attend(signal: AbortSignal): Promise<never> {
    const { open, take, answerMs, clock } = this.#parts;
    const overdue = new AbortController();
    const deadline = clock.setTimer(answerMs, () =>
      overdue.abort(new Error(`the NSP sent no list within ${answerMs} ms`)),
    );
    try {
      for await (const conduits of open(AbortSignal.any([signal, overdue.signal]))) {
        deadline.clear();
        if (this.#state.kind !== 'in step') {
          this.#backoff.running();
          this.#heard();
        }
        this.#lists += 1;
        take(conduits);
      }
      throw new Error('the NSP ended the watch');
    } catch (error) {
      // The call ends with an error of its own, whatever the reason of its signal.
      throw overdue.signal.aborted ? overdue.signal.reason : error;
    } finally {
      deadline.clear();
    }
  }

  #heard(): void {
    if (this.#loggedReason !== undefined) this.#parts.logger.info('the watch of conduits works again');
    this.#loggedReason = undefined;
    this.#state = { kind: 'in step' };
  }

  #lose(reason: string): void {
    this.#losses += 1;
    if (reason !== this.#loggedReason) this.#parts.logger.warn({ reason }, 'the watch of conduits failed');
    this.#loggedReason = reason;
    this.#state = { kind: 'lost', heard: this.#lists > 0, reason };
  }
}
