// The bridge addresses of a conduit: the gateways of its connections. They are asked for until they are there, renewed
// from then on, and asked for anew in another subnet. What is known stays in force while the IPAM does not answer.

import { Backoff } from '@syncline/runtime/backoff.ts';
import { Doorbell } from '@syncline/runtime/doorbell.ts';
import { Latest } from '@syncline/runtime/latest.ts';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import type { Planned } from '../book/book.ts';
import type { BookState } from '../book/state.ts';
import { ownerKey } from '../book/state.ts';
import { UnavailableError } from '../connection/errors.ts';
import { IpamError } from '../ipam/ipam.ts';
import { Absence } from './absence.ts';
import type { ReleasesUnderWay } from './addresses.ts';
import { type ConduitParts, stateOf, type Trouble } from './conduit-parts.ts';

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

/** What the conduit does about its bridge. */
export interface BridgeOwner {
  /** `present` may have changed. */
  readonly changed: () => void;
  /**
   * The IPAM has had no such conduit for as long as addresses outlive their connection: what it gave is not ours any more.
   * Rejects with UnavailableError; called again while that lasts.
   */
  readonly orphaned: (signal: AbortSignal) => Promise<void>;
}

export class Bridge {
  readonly #parts: ConduitParts;
  readonly #releases: ReleasesUnderWay;
  readonly #fault: BridgeFault;
  readonly #owner: BridgeOwner;
  readonly #absence: Absence;
  readonly #bell: Doorbell;
  readonly #known = new Latest<Gateways | undefined>(undefined);
  #trouble: Trouble | undefined;
  #renews = false;

  constructor(parts: ConduitParts, releases: ReleasesUnderWay, fault: BridgeFault, owner: BridgeOwner) {
    this.#parts = parts;
    this.#releases = releases;
    this.#fault = fault;
    this.#owner = owner;
    this.#absence = new Absence(parts.clock, parts.settings.release.delayMs);
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
    return this.present === undefined ? (this.#trouble?.reason ?? 'the ipam was not asked yet') : '';
  }

  /** What is wrong since the last attempt that was fine; undefined after that. */
  get trouble(): Trouble | undefined {
    return this.#trouble;
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

  /** They are to be asked for now. */
  renew(): void {
    this.#renews = true;
    this.#bell.ring();
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
      if (subnet === askedFor && !this.#renews && nextMs > clock.monotonic()) {
        watch.idle('the next renewal');
        await this.#bell.wait(nextMs - clock.monotonic(), signal);
        continue;
      }
      this.#renews = false;
      watch.phase('allocate', settings.stepMs, 'the ipam');
      const allocated = await this.#allocate(subnet, signal);
      if (allocated) backoff.running();
      askedFor = subnet;
      nextMs = clock.monotonic() + (allocated ? settings.renewMs : backoff.next());
    }
  }

  async #allocate(subnet: number, signal: AbortSignal): Promise<boolean> {
    const { pins, leases, book } = this.#parts;
    const owner = ownerKey({ kind: 'bridge' });
    using _ = pins.pin(owner);
    await this.#releases.over(owner);
    try {
      const addresses = await leases.bridge(subnet, signal);
      this.#absence.over();
      const clash = await book.change((state) => this.#claim(state, { subnet, addresses }), signal);
      if (clash !== undefined) return this.#failed(clash, subnet);
      this.#trouble = undefined;
      return true;
    } catch (err) {
      if (!(err instanceof IpamError || err instanceof UnavailableError)) throw err;
      this.#failed(err.message, subnet);
      if (this.#absence.heard(err)) await this.#giveUp(signal);
      return false;
    }
  }

  /** The gateways first: no connection is to be made with them any more. */
  async #giveUp(signal: AbortSignal): Promise<void> {
    const { claims, settings } = this.#parts;
    claims.drop(settings.conduit, { kind: 'bridge' });
    if (this.#known.value !== undefined) this.#know(undefined);
    try {
      await this.#owner.orphaned(signal);
    } catch (err) {
      if (!(err instanceof UnavailableError)) throw err;
    }
  }

  #failed(reason: string, subnet: number): false {
    const { clock, logger } = this.#parts;
    if (reason !== this.#trouble?.reason)
      logger.warn({ reason, subnet }, 'bridge addresses not given or renewed');
    this.#trouble = { reason, sinceMs: this.#trouble?.sinceMs ?? clock.monotonic() };
    return false;
  }

  #claim(state: BookState, wanted: Gateways): Planned<string | undefined> {
    const { settings, claims, logger } = this.#parts;
    const { conduit } = settings;
    const owner = { kind: 'bridge' } as const;
    const known = this.#known.value;
    if (known?.subnet === wanted.subnet && sameTexts(known.addresses, wanted.addresses)) {
      claims.drop(conduit, owner);
      return { changes: [], answer: undefined };
    }
    const made = () => {
      logger.info(wanted, 'bridge addresses');
      this.#know(wanted);
    };
    return claims.put(state, {
      conduit,
      owner,
      addresses: wanted.addresses,
      plan: (now) => (now.get(conduit)?.subnet === wanted.subnet ? { changes: [], made } : undefined),
    });
  }

  #know(known: Gateways | undefined): void {
    this.#parts.claims.bridge(this.#parts.settings.conduit, known?.addresses ?? []);
    this.#known.set(known);
    this.#owner.changed();
  }
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index]);
}
