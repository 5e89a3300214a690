// Ends connections that their clients have stopped asking for. A client that lives asks again before a connection's time
// is up; after a restart every connection has its whole time again, because how long the proxy was away is not known.

import { sleep } from '@syncline/runtime/clock.ts';
import { Doorbell } from '@syncline/runtime/doorbell.ts';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import { UnavailableError } from '../connection/errors.ts';
import { DueTimes } from '../loop/due-times.ts';
import { type ConduitParts, stateOf } from './conduit-parts.ts';

/** The wait after the store refused. */
const againMs = 1_000;
/** How many are ended in one go. */
const atOnce = 64;

export class Expiry {
  readonly #parts: ConduitParts;
  readonly #end: (id: string, signal: AbortSignal) => Promise<void>;
  readonly #bell: Doorbell;
  readonly #times: DueTimes;

  /** @param end ends a connection for good, if it is overdue still */
  constructor(
    parts: ConduitParts,
    expiryMs: number,
    end: (id: string, signal: AbortSignal) => Promise<void>,
  ) {
    this.#parts = parts;
    this.#end = end;
    this.#bell = new Doorbell(parts.awake);
    this.#times = new DueTimes(expiryMs, parts.awake);
  }

  /** Its client asks for the connection. */
  heard(id: string): void {
    this.#times.touch(id);
    this.#bell.ring();
  }

  forget(id: string): void {
    this.#times.delete(id);
  }

  /** Milliseconds until the connection is ended; undefined for one that nobody has. */
  leftMs(id: string): number | undefined {
    return this.#times.leftMs(id);
  }

  /** The loop; ends when `signal` aborts. */
  async run(watch: LoopWatch, signal: AbortSignal): Promise<void> {
    for (const id of stateOf(this.#parts).connections.keys()) this.#times.touch(id);
    for (;;) {
      const due = this.#times.due(atOnce);
      if (due.length === 0) {
        watch.idle('a connection that is overdue');
        await this.#bell.wait(this.#times.nextMs, signal);
        continue;
      }
      watch.phase('expire', this.#parts.settings.stepMs, 'the store');
      try {
        for (const id of due) await this.#end(id, signal);
      } catch (error) {
        if (!(error instanceof UnavailableError)) throw error;
        watch.idle('the store, after it refused');
        await sleep(this.#parts.awake, againMs, signal);
      }
    }
  }
}
