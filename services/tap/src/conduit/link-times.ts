// When the loop of a conduit does what by itself; monotonic ms, Infinity for never.

import type { Clock } from '@syncline/runtime/clock.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import type { ConduitTimings } from '../timings.ts';
import type { LinkKind } from './link.ts';

/** The moments of one connection. */
export class LinkTimes {
  /** How long the monitor is waited for before the first Request. */
  readonly recoverByMs: number;
  readonly #timings: ConduitTimings;
  readonly #clock: Clock;
  readonly #rng: Rng;
  #healAtMs = Number.POSITIVE_INFINITY;
  #renewAtMs = Number.POSITIVE_INFINITY;
  #closeByMs = Number.POSITIVE_INFINITY;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #sinceUnixMs: number;

  constructor(timings: ConduitTimings, clock: Clock, rng: Rng) {
    this.#timings = timings;
    this.#clock = clock;
    this.#rng = rng;
    this.recoverByMs = clock.monotonic() + timings.recoverMs;
    this.#sinceUnixMs = this.#unixMs();
  }

  /** When another endpoint is asked for; of use while the link is down. */
  get healAtMs(): number {
    return this.#healAtMs;
  }

  /** When the connection is asked for again although nothing changed. */
  get renewAtMs(): number {
    return this.#renewAtMs;
  }

  /** When closing is given up. */
  get closeByMs(): number {
    return this.#closeByMs;
  }

  /** When the link became what it is; wall clock, for display. */
  get sinceUnixMs(): number {
    return this.#sinceUnixMs;
  }

  /** The link became another. */
  moved(kind: LinkKind): void {
    this.#sinceUnixMs = this.#unixMs();
    if (kind === 'down') this.healing();
  }

  /** Another endpoint is being asked for, or is to be after a while. */
  healing(): void {
    this.#healAtMs = this.#clock.monotonic() + this.#timings.healMs;
  }

  /** A Request is about to be sent. */
  asking(): void {
    this.#askedAtMs = this.#clock.monotonic();
  }

  /**
   * What an event told may be old, as events can be late or in another order, and so may what a Request answered while
   * one came: the proxy is asked, while the grace for no addresses still runs, but not at the pace of a storm of events.
   */
  doubted(): void {
    const dueMs = Math.max(this.#clock.monotonic(), this.#askedAtMs + this.#timings.emptyGraceMs / 2);
    this.#renewAtMs = Math.min(this.#renewAtMs, dueMs);
  }

  /** A Request succeeded. */
  renewed(): void {
    const { renewMs, renewJitter } = this.#timings;
    const jitter = renewJitter * (2 * this.#rng.next() - 1);
    this.#renewAtMs = this.#clock.monotonic() + renewMs * (1 + jitter);
  }

  /** Close is about to be sent; the budget runs from the first time. */
  closing(): void {
    this.#closeByMs = Math.min(this.#closeByMs, this.#clock.monotonic() + this.#timings.closeMs);
  }

  /** The connection is wanted again, or not any more. */
  demandChanged(): void {
    this.#closeByMs = Number.POSITIVE_INFINITY;
  }

  #unixMs(): number {
    return Number(this.#clock.now() / 1_000_000n);
  }
}
