// Keeps the addresses of the conduit's connections what they must be: renewed at the IPAM, of the present subnet, with the
// present gateways. Whatever the reason was, the connection is rewritten once and its watchers get an UPDATE.

import { Backoff } from '@syncline/runtime/backoff.ts';
import { sleep } from '@syncline/runtime/clock.ts';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import { Watermark } from '@syncline/runtime/watermark.ts';
import type { Planned } from '../book/book.ts';
import { type BookState, ownerKey } from '../book/state.ts';
import { readdressed } from '../connection/compose.ts';
import type { Assigned, Held } from '../connection/connection.ts';
import { UnavailableError } from '../connection/errors.ts';
import { IpamError } from '../ipam/ipam.ts';
import { Doorbell } from '../loop/doorbell.ts';
import { DueTimes } from '../loop/due-times.ts';
import type { Addresses } from './addresses.ts';
import type { Bridge, Gateways } from './bridge.ts';
import { type ConduitParts, stateOf } from './conduit-parts.ts';

export class Upkeep {
  readonly #parts: ConduitParts;
  readonly #bridge: Pick<Bridge, 'present'>;
  readonly #addresses: Addresses;
  readonly #bell: Doorbell;
  readonly #renewals: DueTimes;
  /** Connections that are not as they must be, as far as is known. */
  readonly #stale = new Set<string>();
  /** Connections that were changed since they were looked at last. */
  readonly #changed = new Set<string>();
  /** How often all connections were to be looked at, how often they were, and up to which look all was then brought up to date. */
  #wanted = 1n;
  #looked = 0n;
  readonly #done = new Watermark();
  #lastError: string | undefined;

  constructor(parts: ConduitParts, bridge: Pick<Bridge, 'present'>, addresses: Addresses) {
    this.#parts = parts;
    this.#bridge = bridge;
    this.#addresses = addresses;
    this.#bell = new Doorbell(parts.clock);
    this.#renewals = new DueTimes(parts.settings.renewMs, parts.clock);
  }

  /** Subnet, gateways or the fault may have changed: every connection is looked at. */
  look(): void {
    this.#wanted += 1n;
    this.#bell.ring();
  }

  /** A connection was changed, perhaps with what was known a moment ago. */
  lookAt(id: string): void {
    this.#changed.add(id);
    this.#bell.ring();
  }

  /** Resolves when all connections are as is known now that they must be. Rejects with the signal's reason. */
  settled(signal: AbortSignal): Promise<void> {
    return this.#done.reaches(this.#wanted, signal);
  }

  /** The IPAM has just given or renewed a connection's addresses. */
  acquired(id: string): void {
    this.#renewals.touch(id);
    this.#bell.ring();
  }

  /** Why connections are not as they must be; undefined while the last attempt was fine. */
  get lastError(): string | undefined {
    return this.#lastError;
  }

  /** The loop; ends when `signal` aborts. */
  async run(watch: LoopWatch, signal: AbortSignal): Promise<void> {
    const { settings, clock, rng } = this.#parts;
    const backoff = new Backoff(settings.retry, clock, rng);
    for (const id of stateOf(this.#parts).connections.keys()) this.#stale.add(id);
    for (;;) {
      const ids = this.#next();
      if (ids.length === 0) {
        watch.idle('something to bring up to date');
        await this.#bell.wait(this.#bridge.present === undefined ? Infinity : this.#renewals.nextMs, signal);
        continue;
      }
      watch.phase('addresses', settings.stepMs, 'the ipam and the store');
      const done = await Promise.all(ids.map((id) => this.#bring(id, signal)));
      if (done.every(Boolean)) {
        backoff.running();
        continue;
      }
      watch.idle('the next attempt');
      await sleep(clock, backoff.next(), signal);
    }
  }

  /** What is to be brought up to date next; nothing while there are no gateways. */
  #next(): string[] {
    const gateways = this.#bridge.present;
    if (gateways === undefined) return [];
    const { connections, subnet } = stateOf(this.#parts);
    const doubtful = this.#looked < this.#wanted ? connections.keys() : this.#changed;
    for (const id of doubtful) {
      const held = connections.get(id);
      if (held !== undefined && !isRight(held, subnet, gateways)) this.#stale.add(id);
    }
    this.#changed.clear();
    this.#looked = this.#wanted;
    if (this.#stale.size === 0) this.#done.advance(this.#looked);
    const { parallel } = this.#parts.settings;
    return [...new Set([...this.#stale, ...this.#renewals.due(parallel)])].slice(0, parallel);
  }

  /** False when it failed and is to be tried again. */
  async #bring(id: string, signal: AbortSignal): Promise<boolean> {
    const { book, pins, logger } = this.#parts;
    const { connections, subnet } = stateOf(this.#parts);
    const held = connections.get(id);
    if (held === undefined) {
      this.#stale.delete(id);
      this.#renewals.delete(id);
      return true;
    }
    using _ = pins.pin(ownerKey({ kind: 'connection', id }));
    try {
      const assigned = await this.#assigned(held, subnet, signal);
      await book.change((state) => this.#plan(state, id, assigned), signal);
      this.#stale.delete(id);
      this.#lastError = undefined;
      return true;
    } catch (err) {
      if (!(err instanceof IpamError || err instanceof UnavailableError)) throw err;
      if (err.message !== this.#lastError)
        logger.warn({ reason: err.message, id, subnet }, 'addresses not brought up to date');
      this.#lastError = err.message;
      return false;
    }
  }

  async #assigned({ id, assigned }: Held, subnet: number, signal: AbortSignal): Promise<Assigned> {
    const leftMs = this.#renewals.leftMs(id) ?? 0;
    if (assigned.subnet === subnet && leftMs > 0) return assigned;
    const acquired = await this.#addresses.acquire(id, subnet, signal);
    this.#renewals.touch(id);
    return acquired;
  }

  /** Nothing when the connection has gone, or the conduit has moved on: then there is another pass. */
  #plan(state: BookState, id: string, assigned: Assigned): Planned<undefined> {
    const none = { changes: [], answer: undefined };
    const conduit = state.get(this.#parts.settings.conduit);
    const former = conduit?.connections.get(id);
    const gateways = this.#bridge.present;
    if (conduit === undefined || former === undefined || gateways?.subnet !== assigned.subnet) return none;
    const connection = readdressed(former, assigned, gateways.addresses);
    if (connection === former.connection && sameAddresses(assigned, former.assigned)) return none;
    this.#parts.counts.readdressed += 1;
    return {
      changes: this.#addresses.give({ ...former, connection, assigned }, former, conduit),
      answer: undefined,
    };
  }
}

function isRight(held: Held, subnet: number, { addresses }: Gateways): boolean {
  const { assigned, connection } = held;
  return assigned.subnet === subnet && readdressed(held, assigned, addresses) === connection;
}

function sameAddresses(a: Assigned, b: Assigned): boolean {
  return a.subnet === b.subnet && a.src.join() === b.src.join() && a.dst.join() === b.dst.join();
}
