// Whether the disk takes changes. Once it has refused one it is asked again from time to time, so that who looks at the
// readiness learns of its recovery without anybody having to try.

import { type Clock, sleep } from '@syncline/runtime/clock.ts';
import { Doorbell } from '@syncline/runtime/doorbell.ts';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import { type BookStore, RefusedError } from './book-store.ts';

export class Disk {
  readonly #store: Pick<BookStore, 'probe'>;
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #commitMs: number;
  readonly #bell: Doorbell;
  #refusal: string | undefined;

  /**
   * @param everyMs how often a disk that refuses is asked
   * @param commitMs how long it may take to answer
   */
  constructor(store: Pick<BookStore, 'probe'>, clock: Clock, everyMs: number, commitMs: number) {
    this.#store = store;
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#commitMs = commitMs;
    this.#bell = new Doorbell(clock);
  }

  /** Why it takes no changes; undefined when it does. */
  get refusal(): string | undefined {
    return this.#refusal;
  }

  /** It refused a change. */
  refused({ message }: RefusedError): void {
    this.#refusal = message;
    this.#bell.ring();
  }

  /** It took a change. */
  accepted(): void {
    this.#refusal = undefined;
  }

  /** The loop; ends when `signal` aborts. */
  async run(watch: LoopWatch, signal: AbortSignal): Promise<void> {
    for (;;) {
      if (this.#refusal === undefined) {
        watch.idle('a refusal');
        await this.#bell.wait(Number.POSITIVE_INFINITY, signal);
        continue;
      }
      watch.idle('the next time to ask the disk');
      await sleep(this.#clock, this.#everyMs, signal);
      watch.phase('probe', this.#commitMs, 'the store');
      try {
        await this.#store.probe();
        this.accepted();
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        this.#refusal = error.message;
      }
    }
  }
}
