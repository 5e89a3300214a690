// One subscriber of the target: what is written to it, as fast as it reads.

import type { RawCall } from '@syncline/rpc/raw-call.ts';

/** Bytes that may wait to be sent before the writer stops; the queue reports itself empty only from here on. */
const queueBytes = 64 * 1024;

/** Bytes that may wait when the writer keeps a pace and cannot stop. */
const paceQueueBytes = 64 * 1024 * 1024;

/** The server did not read at the pace that was asked for. */
export class PaceError extends Error {
  override name = 'PaceError';
}

export class Outlet {
  readonly #call: RawCall;
  #drained = () => {};

  constructor(call: RawCall) {
    this.#call = call;
    call.onDrain(() => this.#drained());
    call.signal.addEventListener('abort', () => this.#drained(), { once: true });
  }

  get over(): boolean {
    return this.#call.signal.aborted;
  }

  /** Writes what `next` gives until it gives undefined or the subscriber has gone, as fast as it is read. */
  async pump(next: () => Uint8Array | undefined): Promise<void> {
    for (;;) {
      while (this.#call.queuedBytes < queueBytes) {
        const frames = this.over ? undefined : next();
        if (frames === undefined) return;
        this.#call.writeFramed(frames);
      }
      if (this.over) return;
      await this.#drain();
    }
  }

  /** Writes at once. Throws PaceError when 64 MiB wait already. */
  write(frames: Uint8Array): void {
    if (this.#call.queuedBytes > paceQueueBytes)
      throw new PaceError('a subscriber reads slower than the pace');
    this.#call.writeFramed(frames);
  }

  #drain(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#drained = resolve;
    return promise;
  }
}
