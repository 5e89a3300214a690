// For how long the IPAM has kept saying that it has no such conduit. It says so of one that its configuration has not, or
// has not any more; the latter may be back in a moment, and until then the IPAM keeps what it gave out.

import type { Clock } from '@syncline/runtime/clock.ts';
import { IpamError } from '../ipam/ipam.ts';

/** Invariant: an answer of any other kind, and none, begin the time anew. */
export class Absence {
  readonly #clock: Clock;
  readonly #patienceMs: number;
  #sinceMs: number | undefined;

  /** @param patienceMs how long the conduit may come back */
  constructor(clock: Clock, patienceMs: number) {
    this.#clock = clock;
    this.#patienceMs = patienceMs;
  }

  /** The IPAM has given an address. */
  over(): void {
    this.#sinceMs = undefined;
  }

  /** A call of it has failed. Gives whether it has said for long enough that there is no such conduit. */
  heard(error: Error): boolean {
    if (!(error instanceof IpamError && error.reason === 'FAILED_PRECONDITION')) {
      this.#sinceMs = undefined;
      return false;
    }
    const nowMs = this.#clock.monotonic();
    this.#sinceMs ??= nowMs;
    return nowMs - this.#sinceMs >= this.#patienceMs;
  }
}
