// The one timer of a follower: the wait before the next attempt, or the silence that is not to last.
// It is set with every frame, so setting it costs nothing: a timer that runs looks at the clock when it is due.

import type { Clock, Timer } from '@syncline/runtime/clock.ts';

export interface PulseParts {
  /** Stands still while the process does: nobody could be heard. */
  readonly clock: Clock;
  /** How long nothing may be heard, in ms. */
  readonly silenceMs: number;
  /** Frames are here and not taken yet: that is not the leader's silence. */
  readonly isBusy: () => boolean;
  readonly due: () => void;
}

export class Pulse {
  readonly #parts: PulseParts;
  #timer: Timer | undefined;
  #quietSinceMs = 0;

  constructor(parts: PulseParts) {
    this.#parts = parts;
  }

  /** Due in `ms`. */
  wait(ms: number): void {
    this.clear();
    this.#set(ms, this.#parts.due);
  }

  /** Due when nothing is heard from now on; does nothing during a wait. */
  watch(): void {
    this.#quietSinceMs = this.#parts.clock.monotonic();
    if (this.#timer === undefined) this.#set(this.#parts.silenceMs, () => this.#look());
  }

  clear(): void {
    this.#timer?.clear();
    this.#timer = undefined;
  }

  #look(): void {
    const { clock, silenceMs, isBusy, due } = this.#parts;
    if (isBusy()) return this.watch();
    const leftMs = this.#quietSinceMs + silenceMs - clock.monotonic();
    if (leftMs > 0) this.#set(leftMs, () => this.#look());
    else due();
  }

  #set(ms: number, fire: () => void): void {
    this.#timer = this.#parts.clock.setTimer(ms, () => {
      this.#timer = undefined;
      fire();
    });
  }
}
