// One watch of the NSP, opened again whenever it ends. What it said last is kept; since when that may be out of date
// is known at any moment.

import { reasonOf } from '@syncline/rpc/failure-reason.ts';
import { Backoff, type BackoffSettings } from '@syncline/runtime/backoff.ts';
import { type Clock, sleep } from '@syncline/runtime/clock.ts';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import type { ListKind, NspList } from '../plane/nsp-list.ts';
import { NoAnswerError, WatchEndedError } from './watch-errors.ts';
import type { OpenWatch } from './watches.ts';

/** Where a watch is. */
export type Following =
  /** It has never told anything. */
  | { readonly kind: 'untold'; readonly reason: string }
  /** It tells each change as it happens. */
  | { readonly kind: 'in step' }
  /** It has told, and is not there to tell what changed since. */
  | { readonly kind: 'lost'; readonly sinceMs: number; readonly reason: string };

/** How patient a watch is with the NSP. */
export interface WatchPatience {
  /** How long a watch may take to tell the present state. */
  readonly answerMs: number;
  readonly retry: BackoffSettings;
}

export interface FollowedListParts {
  readonly kind: ListKind;
  readonly open: OpenWatch;
  /** Takes each list. Must not wait. */
  readonly take: (list: NspList) => void;
  /** The state is another, or has another reason. Must not wait. */
  readonly moved: () => void;
  readonly patience: WatchPatience;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly logger: Logger;
}

export class FollowedList {
  readonly #parts: FollowedListParts;
  readonly #backoff: Backoff;
  #state: Following = { kind: 'untold', reason: 'it was not asked yet' };
  #received = 0;
  #losses = 0;
  /** What the log has of the failure that lasts; undefined while none does. */
  #loggedReason: string | undefined;

  constructor(parts: FollowedListParts) {
    this.#parts = parts;
    this.#backoff = new Backoff(parts.patience.retry, parts.clock, parts.rng);
  }

  get kind(): ListKind {
    return this.#parts.kind;
  }

  get state(): Following {
    return this.#state;
  }

  /** Lists since the start. */
  get received(): number {
    return this.#received;
  }

  /** Attempts and watches that failed, since the start. */
  get losses(): number {
    return this.#losses;
  }

  /** Follows until the signal aborts, with whose reason it rejects. */
  async follow(watch: LoopWatch, signal: AbortSignal): Promise<never> {
    const { kind, clock } = this.#parts;
    for (;;) {
      try {
        watch.idle(`the ${kind} of the NSP, whose first answer has a deadline`);
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
    const { open, take, patience, clock } = this.#parts;
    const attempt = new AbortController();
    const deadline = clock.setTimer(patience.answerMs, () =>
      attempt.abort(new NoAnswerError(patience.answerMs)),
    );
    try {
      for await (const list of open(AbortSignal.any([signal, attempt.signal]))) {
        deadline.clear();
        if (this.#state.kind !== 'in step') {
          this.#backoff.running();
          this.#heard();
        }
        this.#received++;
        take(list);
      }
      throw new WatchEndedError();
    } catch (error) {
      // The call ends with an error of its own, whatever the reason of its signal.
      throw attempt.signal.aborted ? attempt.signal.reason : error;
    } finally {
      deadline.clear();
    }
  }

  #heard(): void {
    if (this.#loggedReason !== undefined)
      this.#parts.logger.info({ kind: this.kind }, 'a watch of the NSP works again');
    this.#loggedReason = undefined;
    this.#become({ kind: 'in step' });
  }

  #lose(reason: string): void {
    this.#losses++;
    if (reason !== this.#loggedReason)
      this.#parts.logger.warn({ kind: this.kind, reason }, 'a watch of the NSP failed');
    this.#loggedReason = reason;
    switch (this.#state.kind) {
      case 'untold':
        return this.#become({ kind: 'untold', reason });
      case 'in step':
        return this.#become({ kind: 'lost', sinceMs: this.#parts.clock.monotonic(), reason });
      case 'lost':
        return this.#become({ ...this.#state, reason });
    }
  }

  #become(state: Following): void {
    this.#state = state;
    this.#parts.moved();
  }
}
