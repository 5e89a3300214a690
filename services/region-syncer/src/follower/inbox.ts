// What the sync stream brought and nobody has taken yet. One call at a time; of a call that was given up nothing stays.
// Invariant: with `bound` frames waiting, or while it is held, the call is not read, so the leader is held back.

import { Waiter } from '@syncline/runtime/waiter.ts';
import type { CallEnd, SyncCall } from './leader-link.ts';

/** A frame, or how the call ended: always the last. */
export type Arrival =
  | { readonly kind: 'message'; readonly message: Buffer }
  | { readonly kind: 'end'; readonly end: CallEnd };

export class Inbox {
  readonly #bound: number;
  readonly #arrivals: Arrival[] = [];
  #source: Pick<SyncCall, 'pause' | 'resume'> | undefined;
  #paused = false;
  #held = false;
  #waiting: Waiter | undefined;

  /** `bound`: frames, from 1; the transport may have a few more that it had read already. */
  constructor(bound: number) {
    this.#bound = bound;
  }

  /** Something waits to be taken. */
  get isFilled(): boolean {
    return this.#arrivals.length > 0;
  }

  /** From now on what is put is of this call. */
  open(source: Pick<SyncCall, 'pause' | 'resume'>): void {
    this.#source = source;
    this.#pace();
  }

  put(arrival: Arrival): void {
    this.#arrivals.push(arrival);
    this.#changed();
  }

  /** The call was given up. */
  clear(): void {
    this.#arrivals.length = 0;
    this.#source = undefined;
    this.#paused = false;
  }

  /** While held nothing is taken, and nothing more is read than has come. */
  hold(held: boolean): void {
    this.#held = held;
    this.#changed();
  }

  /** What has waited longest, as soon as there is something and nothing is held. For one reader. Rejects with the signal's reason. */
  async next(signal: AbortSignal): Promise<Arrival> {
    for (;;) {
      signal.throwIfAborted();
      const arrival = this.#held ? undefined : this.#arrivals.shift();
      if (arrival !== undefined) {
        this.#pace();
        return arrival;
      }
      this.#waiting = new Waiter(signal);
      await this.#waiting.promise;
      this.#waiting = undefined;
    }
  }

  #changed(): void {
    this.#pace();
    if (!this.#held && this.isFilled) this.#waiting?.resolve();
  }

  #pace(): void {
    const paused = this.#held || this.#arrivals.length >= this.#bound;
    if (this.#source === undefined || paused === this.#paused) return;
    this.#paused = paused;
    if (paused) this.#source.pause();
    else this.#source.resume();
  }
}
