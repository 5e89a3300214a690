// Answers Requests. Each waits for what it needs, for a bounded time, and is then planned on the newest state: if the
// conduit has moved to another subnet meanwhile it goes back for addresses of that one.

import { Backoff } from '@syncline/runtime/backoff.ts';
import { type Clock, sleep } from '@syncline/runtime/clock.ts';
import type { Planned } from '../book/book.ts';
import { type BookState, type ConduitState, owedKey, ownerKey } from '../book/state.ts';
import { compose } from '../connection/compose.ts';
import type { Asked, Assigned, Connection, Held } from '../connection/connection.ts';
import { TooManyError, UnavailableError } from '../connection/errors.ts';
import { type Hop, ownId } from '../connection/path.ts';
import { deadline } from '../loop/deadline.ts';
import type { Addresses } from './addresses.ts';
import type { Attempts } from './attempts.ts';
import type { Bridge } from './bridge.ts';
import { type ConduitParts, stateOf } from './conduit-parts.ts';
import { interfaceNameFor } from './interface-name.ts';
import type { Upkeep } from './upkeep.ts';

/** The parts of the conduit that a Request needs. */
export interface RequestParts extends ConduitParts {
  readonly attempts: Attempts;
  readonly bridge: Bridge;
  readonly addresses: Addresses;
  readonly upkeep: Pick<Upkeep, 'acquired'>;
}

/** The connection, or why the addresses that were given cannot be its own yet. */
type Outcome =
  | { readonly connection: Connection; readonly clash?: undefined }
  | { readonly connection?: undefined; readonly clash: string };

export class Requests {
  readonly #parts: RequestParts;

  constructor(parts: RequestParts) {
    this.#parts = parts;
  }

  /**
   * Makes the connection, or brings it to what is asked; gives it as its watchers see it. Rejects with SupersededError,
   * TooManyError, UnavailableError, IpamError or the signal's reason. What it has changed by then is nothing.
   */
  async answer(asked: Asked, signal: AbortSignal): Promise<Connection> {
    const { attempts, pins, settings } = this.#parts;
    this.#checkRoom(asked.id, stateOf(this.#parts));
    using attempt = attempts.begin(asked.id);
    using _ = pins.pin(ownerKey({ kind: 'connection', id: asked.id }));
    using budget = deadline(this.#parts.clock, settings.requestMs);
    const within = AbortSignal.any([signal, attempt.signal, budget.signal]);
    const backoff = new Backoff(settings.retry, this.#parts.clock, this.#parts.rng);
    let clash: string | undefined;
    try {
      for (;;) {
        const outcome = await this.#attempt(asked, within);
        clash = outcome?.clash;
        if (outcome?.connection !== undefined) return outcome.connection;
        // What it waits for is that others are renewed.
        if (clash !== undefined) await sleep(this.#parts.clock, backoff.next(), within);
      }
    } catch (error) {
      if (budget.signal.aborted && error === budget.signal.reason)
        throw new UnavailableError(this.#lacking(clash));
      throw error;
    }
  }

  /** Undefined when the conduit has moved on while addresses were asked for. */
  async #attempt(asked: Asked, signal: AbortSignal): Promise<Outcome | undefined> {
    const { bridge, book } = this.#parts;
    const { subnet } = await bridge.ready(signal);
    const assigned = await this.#assigned(asked.id, subnet, signal);
    return book.change((state) => this.#plan(state, asked, assigned), signal);
  }

  /** What the connection has, without asking the IPAM, else what the IPAM gives. */
  async #assigned(id: string, subnet: number, signal: AbortSignal): Promise<Assigned> {
    const { addresses, upkeep } = this.#parts;
    const held = stateOf(this.#parts).connections.get(id);
    if (held?.assigned.subnet === subnet) return held.assigned;
    const assigned = await addresses.acquire(id, subnet, signal);
    upkeep.acquired(id);
    return assigned;
  }

  #plan(state: BookState, asked: Asked, acquired: Assigned): Planned<Outcome | undefined> {
    const { settings, book, bridge, addresses, claims, clock } = this.#parts;
    const { id } = asked;
    const { subnet } = acquired;
    const conduit = state.get(settings.conduit);
    const gateways = bridge.present;
    if (conduit?.subnet !== subnet || gateways?.subnet !== subnet) return { changes: [], answer: undefined };
    const former = conduit.connections.get(id);
    // Without a connection it is the owed release that says that the addresses are still ours.
    if (former === undefined && !conduit.owed.has(owedKey({ subnet, owner: { kind: 'connection', id } }))) {
      return { changes: [], answer: undefined };
    }
    this.#checkRoom(id, conduit);
    if (former?.assigned.subnet !== subnet) {
      const owner = { kind: 'connection', id } as const;
      const given = [...acquired.src, ...acquired.dst];
      const clash = claims.check({ conduit: settings.conduit, owner, addresses: given });
      if (clash !== undefined) return { changes: [], answer: { clash } };
    }
    const assigned = former?.assigned.subnet === subnet ? former.assigned : acquired;
    const connection = compose(asked, former, {
      assigned,
      gateways: gateways.addresses,
      interfaceName: interfaceNameFor(conduit, asked, settings.subnets, book.interfaceNames),
      hop: this.#hop(id),
    });
    const sinceUnixMs = former?.sinceUnixMs ?? unixMs(clock);
    const held: Held = { id, connection, assigned, sinceUnixMs };
    return { changes: addresses.give(held, former, conduit), answer: { connection } };
  }

  #checkRoom(id: string, { connections }: ConduitState): void {
    const { settings } = this.#parts;
    if (connections.has(id) || connections.size < settings.connections) return;
    throw new TooManyError(
      `connections of conduit "${settings.conduit}"`,
      settings.connections,
      'CONNECTIONS',
    );
  }

  #hop(id: string): Hop {
    const { hopName, conduit, expiryMs } = this.#parts.settings;
    const expiresUnixMs = expiryMs === undefined ? undefined : unixMs(this.#parts.clock) + expiryMs;
    return { name: hopName, id: ownId(conduit, id), expiresUnixMs };
  }

  /** Why a Request that has waited as long as it may is not answered. */
  #lacking(clash: string | undefined): string {
    const { bridge, settings } = this.#parts;
    const { conduit, requestMs } = settings;
    if (clash !== undefined) return `conduit "${conduit}" has no address after ${requestMs} ms: ${clash}`;
    return bridge.present === undefined
      ? `conduit "${conduit}" has no bridge address after ${requestMs} ms: ${bridge.lastError}`
      : `the ipam gave no addresses of conduit "${conduit}" within ${requestMs} ms`;
  }
}

function unixMs(clock: Clock): number {
  return Number(clock.now() / 1_000_000n);
}
