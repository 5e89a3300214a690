// The bridge addresses of a conduit: the gateways of its connections. They are asked for until they are there, renewed
// from then on, and asked for anew in another subnet. What is known stays in force while the IPAM does not answer.

import { Backoff } from '@syncline/runtime/backoff.ts';
import { Latest } from '@syncline/runtime/latest.ts';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import { ownerKey } from '../book/state.ts';
import { IpamError } from '../ipam/ipam.ts';
import { Doorbell } from '../loop/doorbell.ts';
import type { ReleasesUnderWay } from './addresses.ts';
import { type ConduitParts, stateOf } from './conduit-parts.ts';

/** The gateways of a subnet, each as address/length. */
export interface Gateways {
  readonly subnet: number;
  readonly addresses: readonly string[];
}

/** What the bridge needs to know of faults. */
export interface BridgeFault {
  /** Whether the conduit is to behave as if it had no bridge address. */
  readonly noBridge: () => boolean;
}

export class Bridge {
  readonly #parts: ConduitParts;
  readonly #releases: ReleasesUnderWay;
  readonly #fault: BridgeFault;
  readonly #changed: () => void;
  readonly #bell: Doorbell;
  readonly #known = new Latest<Gateways | undefined>(undefined);
  #lastError = 'the ipam was not asked yet';

  /** @param changed called when `present` may have changed */
  constructor(parts: ConduitParts, releases: ReleasesUnderWay, fault: BridgeFault, changed: () => void) {
    this.#parts = parts;
    this.#releases = releases;
    this.#fault = fault;
    this.#changed = changed;
    this.#bell = new Doorbell(parts.clock);
  }

  /**
   * The gateways that connections are to have now; undefined while there are none. Under the fault they are none at all,
   * which is an answer: proxies before Meridio 1.2 gave it.
   */
  get present(): Gateways | undefined {
    const { subnet } = stateOf(this.#parts);
    if (this.#fault.noBridge()) return { subnet, addresses: [] };
    return this.#known.value?.subnet === subnet ? this.#known.value : undefined;
  }

  /** Why there is no bridge address; empty when there is one. */
  get lastError(): string {
    if (this.#fault.noBridge()) return 'the fault no_bridge_address is armed';
    return this.present === undefined ? this.#lastError : '';
  }

  /** The gateways, as soon as there are some. Rejects with the signal's reason. */
  async ready(signal: AbortSignal): Promise<Gateways> {
    for await (const _ of this.#known.values(signal)) {
      const { present } = this;
      if (present !== undefined) return present;
    }
    throw new RangeError('the bridge is closed');
  }

  /** The fault has changed. */
  look(): void {
    this.#know(this.#known.value);
  }

  /** The subnet has changed: what was known of another one is not ours any more, also if that should come back. */
  moved(): void {
    this.#bell.ring();
    this.#know(undefined);
  }

  /** The loop; ends when `signal` aborts. */
  async run(watch: LoopWatch, signal: AbortSignal): Promise<void> {
    const { settings, clock, rng } = this.#parts;
    const backoff = new Backoff(settings.retry, clock, rng);
    let askedFor: number | undefined;
    let nextMs = 0;
    for (;;) {
      const { subnet } = stateOf(this.#parts);
      if (subnet === askedFor && nextMs > clock.monotonic()) {
        watch.idle('the next renewal');
        await this.#bell.wait(nextMs - clock.monotonic(), signal);
        continue;
      }
      watch.phase('allocate', settings.stepMs, 'the ipam');
      const allocated = await this.#allocate(subnet, signal);
      if (allocated) backoff.running();
      askedFor = subnet;
      nextMs = clock.monotonic() + (allocated ? settings.renewMs : backoff.next());
    }
  }

  async #allocate(subnet: number, signal: AbortSignal): Promise<boolean> {
    const { pins, leases, logger } = this.#parts;
    const owner = ownerKey({ kind: 'bridge' });
    using _ = pins.pin(owner);
    await this.#releases.over(owner);
    try {
      const addresses = await leases.bridge(subnet, signal);
      const known = this.#known.value;
      if (known?.subnet !== subnet || !sameTexts(known.addresses, addresses)) {
        logger.info({ subnet, addresses }, 'bridge addresses');
        this.#know({ subnet, addresses });
      }
      return true;
    } catch (err) {
      if (!(err instanceof IpamError)) throw err;
      if (err.message !== this.#lastError) logger.warn({ reason: err.message, subnet }, 'no bridge address');
      this.#lastError = err.message;
      return false;
    }
  }

  #know(known: Gateways | undefined): void {
    this.#known.set(known);
    this.#changed();
  }
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index]);
}
