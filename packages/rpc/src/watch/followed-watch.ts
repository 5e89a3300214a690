// A watch of a neighbour, kept open, and what is known of it: whether each change is told as it happens, and since when not.

import type { Clock } from '@syncline/runtime/clock.ts';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import { reasonOf } from '../failure-reason.ts';
import { keepWatching, type WatchParts } from './keep-watching.ts';

/** Where a watch is. */
export type Following =
  /** It has never told anything. */
  | { readonly kind: 'untold'; readonly reason: string }
  /** It tells each change as it happens. */
  | { readonly kind: 'in step' }
  /** It has told, and is not there to tell what changed since. */
  | { readonly kind: 'lost'; readonly sinceMs: number; readonly reason: string };

export interface FollowedWatchParts<T> extends Omit<WatchParts<T>, 'opening' | 'failed'> {
  /** The state is another, or has another reason. Must not wait. */
  moved?(): void;
  readonly logger: Logger;
}

export class FollowedWatch<T> {
  readonly #parts: FollowedWatchParts<T>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #state: Following = { kind: 'untold', reason: 'it was not asked yet' };
  #received = 0;
  #losses = 0;
  /** What the log has of the failure that lasts; undefined while none does. */
  #loggedReason: string | undefined;

  constructor(parts: FollowedWatchParts<T>) {
    this.#parts = parts;
    this.#clock = parts.clock;
    this.#logger = parts.logger.child({ watch: parts.what });
  }

  get state(): Following {
    return this.#state;
  }

  /** What was told since the start, in values of the watch. */
  get received(): number {
    return this.#received;
  }

  /** Attempts and watches that failed, since the start. */
  get losses(): number {
    return this.#losses;
  }

  /** Follows until the signal aborts, with whose reason it rejects. */
  follow(watch: LoopWatch, signal: AbortSignal): Promise<never> {
    const take = (value: T) => this.#take(value);
    const failed = (error: unknown) => this.#lose(reasonOf(error));
    return keepWatching({ ...this.#parts, take, failed }, watch, signal);
  }

  #take(value: T): void {
    this.#parts.take(value);
    this.#received += 1;
    if (this.#state.kind !== 'in step') this.#heard();
  }

  #heard(): void {
    if (this.#loggedReason !== undefined) this.#logger.info('a watch works again');
    this.#loggedReason = undefined;
    this.#become({ kind: 'in step' });
  }

  #lose(reason: string): void {
    this.#losses += 1;
    if (reason !== this.#loggedReason) this.#logger.warn({ reason }, 'a watch failed');
    this.#loggedReason = reason;
    switch (this.#state.kind) {
      case 'untold':
        return this.#become({ kind: 'untold', reason });
      case 'in step':
        return this.#become({ kind: 'lost', sinceMs: this.#clock.monotonic(), reason });
      case 'lost':
        return this.#become({ ...this.#state, reason });
    }
  }

  #become(state: Following): void {
    this.#state = state;
    this.#parts.moved?.();
  }
}
