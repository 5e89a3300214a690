// The negative control: the design in which the seed lost its leaf, as small as it can be and no better. Converters
// hand to a channel of 20 slots and give up after 5 s; its only consumer commits by itself, and while it does nobody
// takes from the channel (datastore.md 2.1 and 2.2, before the hand-off was introduced).
import type { Clock } from '@syncline/runtime/clock.ts';

const slots = 20;
const sendTimeoutMs = 5_000;

/** Takes leaves and a sync signal, as that design did. */
export class SeedDesign {
  readonly running: Set<string> = new Set();
  dropped = 0;
  readonly #clock: Clock;
  readonly #commitMs: number;
  #channel: string[] = [];
  #blocked: { leaf: string; taken: () => void }[] = [];
  #window: string[] = [];
  #committing = false;

  /** A commit takes `commitMs`. */
  constructor(clock: Clock, commitMs: number) {
    this.#clock = clock;
    this.#commitMs = commitMs;
  }

  /** A converter has a leaf ready. */
  send(leaf: string): void {
    if (!this.#committing) this.#window.push(leaf);
    else if (this.#channel.length < slots) this.#channel.push(leaf);
    else this.#wait(leaf);
  }

  /** sync_response: the consumer commits what it has, at once and by itself. */
  sync(): void {
    this.#committing = true;
    const window = this.#window.splice(0);
    this.#clock.setTimer(this.#commitMs, () => {
      for (const leaf of window) this.running.add(leaf);
      this.#committing = false;
      this.#drain();
    });
  }

  #wait(leaf: string): void {
    const timer = this.#clock.setTimer(sendTimeoutMs, () => {
      this.#blocked = this.#blocked.filter((waiting) => waiting.leaf !== leaf);
      this.dropped++;
    });
    this.#blocked.push({ leaf, taken: () => timer.clear() });
  }

  #drain(): void {
    for (const { leaf, taken } of this.#blocked.splice(0)) {
      taken();
      this.#channel.push(leaf);
    }
    for (const leaf of this.#channel.splice(0)) this.running.add(leaf);
  }
}
