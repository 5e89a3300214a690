// Which addresses are in force, of all conduits, and which the IPAM gave that somebody else still has. An IPAM that has lost
// its file gives out again what others have. Invariant: no two owners have one address in force, so owners whose new
// addresses are each other's former ones change in one transaction.

import type { Clock } from '@syncline/runtime/clock.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import type { Planned } from '../book/book.ts';
import { addressOf, Holders } from '../book/holders.ts';
import { type BookState, type Change, holderName, type Owner } from '../book/state.ts';
import type { Counts } from '../counts.ts';

/** Addresses that the IPAM gave to an owner. */
export interface Claim {
  readonly conduit: string;
  readonly owner: Owner;
  /** Each as address/length. */
  readonly addresses: readonly string[];
  /**
   * What puts them in force; undefined when they are not wanted any more.
   *
   * @param gateways of the claimant's conduit, when its bridge changes at the same time
   */
  readonly plan: (state: BookState, gateways: readonly string[] | undefined) => Step | undefined;
}

/** A part of a change; `made` is called when it is made. */
export interface Step {
  readonly changes: readonly Change[];
  readonly made?: () => void;
}

/** What claims work with. */
export interface ClaimsParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly counts: Counts;
  /** The connections of the book by their addresses. */
  readonly connections: Pick<Holders, 'of'>;
  /** The least time between two renewals of everything, in ms. */
  readonly everyMs: number;
  /** Asks the IPAM for every address anew. */
  readonly renew: () => void;
}

export class Claims {
  readonly #parts: ClaimsParts;
  /** Of the bridges, by conduit. */
  readonly #gateways = new Map<string, readonly string[]>();
  readonly #bridges = new Holders();
  /** By who claims; at the most one for each connection and bridge. */
  readonly #waiting = new Map<string, Claim>();
  #renewedMs = Number.NEGATIVE_INFINITY;

  constructor(parts: ClaimsParts) {
    this.#parts = parts;
  }

  /** A conduit's bridge has these addresses in force now. */
  bridge(conduit: string, addresses: readonly string[]): void {
    const holder = holderName(conduit, { kind: 'bridge' });
    this.#bridges.change(holder, this.#gateways.get(conduit) ?? [], addresses);
    this.#gateways.set(conduit, addresses);
  }

  /** The owner's claim is void: it has gone, or wants others. */
  drop(conduit: string, owner: Owner): void {
    this.#waiting.delete(holderName(conduit, owner));
  }

  /** All claims of a conduit are void. */
  dropAll(conduit: string): void {
    for (const [key, claim] of this.#waiting) if (claim.conduit === conduit) this.#waiting.delete(key);
  }

  /** Whether the bridge of a conduit waits for addresses that another has. */
  bridgeWaits(conduit: string): boolean {
    return this.#waiting.has(holderName(conduit, { kind: 'bridge' }));
  }

  /**
   * Puts the claim in force, with those that waited for it; answers why not when another has one of its addresses and
   * does not change with it. Then it waits, and everything is renewed.
   */
  put(state: BookState, claim: Claim): Planned<string | undefined> {
    const key = holderName(claim.conduit, claim.owner);
    this.#waiting.set(key, claim);
    const accepted = this.#closed();
    const steps = [...accepted].map(([each, { conduit, plan }]) => {
      const bridge = accepted.get(holderName(conduit, { kind: 'bridge' }));
      return { key: each, step: plan(state, bridge?.addresses) };
    });
    if (steps.some(({ step }) => step === undefined)) {
      // One that is void cannot make room for others.
      for (const { key: each, step } of steps) if (step === undefined) this.#waiting.delete(each);
      return this.#waiting.has(key) ? this.put(state, claim) : { changes: [], answer: undefined };
    }
    const clash = accepted.has(key)
      ? undefined
      : (this.#clash(claim) ?? `the ipam gave what ${key} was given to another too`);
    return {
      changes: steps.flatMap(({ step }) => step?.changes ?? []),
      answer: clash,
      made: () => {
        for (const { key: each, step } of steps) {
          if (this.#waiting.get(each) === accepted.get(each)) this.#waiting.delete(each);
          step?.made?.();
        }
        if (clash !== undefined) this.#clashed(clash);
      },
    };
  }

  /** Why addresses for an owner that has none yet cannot be in force; undefined when they can. Everything is then renewed. */
  check(claim: Omit<Claim, 'plan'>): string | undefined {
    const clash = this.#clash(claim);
    if (clash !== undefined) this.#clashed(clash);
    return clash;
  }

  #clashed(why: string): void {
    const { counts, clock, logger, everyMs, renew } = this.#parts;
    counts.clashes += 1;
    if (clock.monotonic() < this.#renewedMs + everyMs) return;
    this.#renewedMs = clock.monotonic();
    logger.warn({ reason: why }, 'the ipam gave an address twice: all are renewed');
    renew();
  }

  /** The largest set of claims whose addresses are free, or had by one of the set that leaves them. */
  #closed(): Map<string, Claim> {
    const set = new Map(this.#waiting);
    for (let size = -1; size !== set.size; ) {
      size = set.size;
      const claimed = new Set<string>();
      for (const [key, { addresses }] of set) {
        const fits = addresses.every((each) => {
          return !claimed.has(addressOf(each)) && this.#holders(each).every((holder) => set.has(holder));
        });
        if (!fits || isRepeating(addresses)) set.delete(key);
        else for (const each of addresses) claimed.add(addressOf(each));
      }
    }
    return set;
  }

  #clash({ conduit, owner, addresses }: Omit<Claim, 'plan'>): string | undefined {
    const own = holderName(conduit, owner);
    for (const each of addresses) {
      const other = this.#holders(each).find((holder) => holder !== own);
      if (other !== undefined) return `the ipam gave ${each} to ${own}, which ${other} has`;
    }
    if (isRepeating(addresses)) return `the ipam gave ${own} one address twice: ${addresses.join(', ')}`;
    return undefined;
  }

  /** Who has the address in force. */
  #holders(address: string): readonly string[] {
    return [...this.#bridges.of(address), ...this.#parts.connections.of(address)];
  }
}

function isRepeating(addresses: readonly string[]): boolean {
  return new Set(addresses.map(addressOf)).size < addresses.length;
}
