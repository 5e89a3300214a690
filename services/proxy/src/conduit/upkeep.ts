// Keeps the addresses of the conduit's connections what they must be: renewed at the IPAM, of the present subnet, with the
// present gateways. Whatever the reason was, the connection is rewritten once and its watchers get an UPDATE.

import { Backoff } from '@syncline/runtime/backoff.ts';
import { sleep } from '@syncline/runtime/clock.ts';
import { Doorbell } from '@syncline/runtime/doorbell.ts';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import { Watermark } from '@syncline/runtime/watermark.ts';
import type { Planned } from '../book/book.ts';
import { type BookState, ownerKey } from '../book/state.ts';
import { readdressed } from '../connection/compose.ts';
import type { Assigned, Held } from '../connection/connection.ts';
import { UnavailableError } from '../connection/errors.ts';
import { IpamError } from '../ipam/ipam.ts';
import { DueTimes } from '../loop/due-times.ts';
import type { Addresses } from './addresses.ts';
import type { Bridge, Gateways } from './bridge.ts';
import type { Step } from './claims.ts';
import { type ConduitParts, stateOf, type Trouble } from './conduit-parts.ts';

export class Upkeep {
  readonly #parts: ConduitParts;
  readonly #bridge: Pick<Bridge, 'present'>;
  readonly #addresses: Addresses;
  readonly #bell: Doorbell;
  readonly #renewals: DueTimes;
  /** Connections that wait until another leaves the addresses that the IPAM gave them. */
  readonly #clashing: DueTimes;
  /** Of those: what they were given is not released while they may get it together with others. */
  readonly #pinned = new Map<string, Disposable>();
  /** Connections that are not as they must be, as far as is known. */
  readonly #stale = new Set<string>();
  /** Connections that were changed since they were looked at last. */
  readonly #changed = new Set<string>();
  /** How often all connections were to be looked at, how often they were, and up to which look all was then brought up to date. */
  #wanted = 1n;
  #looked = 0n;
  readonly #done = new Watermark();
  /** By connection, the one that lasts longest first. */
  readonly #troubles = new Map<string, Trouble>();

  constructor(parts: ConduitParts, bridge: Pick<Bridge, 'present'>, addresses: Addresses) {
    this.#parts = parts;
    this.#bridge = bridge;
    this.#addresses = addresses;
    this.#bell = new Doorbell(parts.clock);
    this.#renewals = new DueTimes(parts.settings.renewMs, parts.clock);
    this.#clashing = new DueTimes(parts.settings.retry.maxMs, parts.clock);
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
    this.#troubles.delete(id);
    this.#bell.ring();
  }

  /** Why connections are not as they must be; undefined while all are. */
  get lastError(): string | undefined {
    return this.trouble?.reason;
  }

  /** What is wrong for the longest time. */
  get trouble(): Trouble | undefined {
    return this.#troubles.values().next().value;
  }

  /** All addresses are to be asked for now. */
  renew(): void {
    for (const id of stateOf(this.#parts).connections.keys()) {
      this.#renewals.delete(id);
      this.#clashing.delete(id);
      this.#stale.add(id);
    }
    this.#bell.ring();
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
        await this.#bell.wait(this.#nextMs, signal);
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

  /** A bridge that waits for a connection's address needs the connection to be renewed. */
  get #mayAsk(): boolean {
    const { claims, settings } = this.#parts;
    return this.#bridge.present !== undefined || claims.bridgeWaits(settings.conduit);
  }

  get #nextMs(): number {
    return this.#mayAsk ? Math.min(this.#renewals.nextMs, this.#clashing.nextMs) : Infinity;
  }

  /** What is to be brought up to date next; nothing while there are no gateways. */
  #next(): string[] {
    if (!this.#mayAsk) return [];
    const gateways = this.#bridge.present;
    const { connections, subnet } = stateOf(this.#parts);
    const doubtful = this.#looked < this.#wanted ? connections.keys() : this.#changed;
    for (const id of doubtful) {
      const held = connections.get(id);
      if (held === undefined || this.#clashing.leftMs(id) !== undefined) continue;
      if (gateways === undefined || !isRight(held, subnet, gateways)) this.#stale.add(id);
    }
    this.#changed.clear();
    this.#looked = this.#wanted;
    for (const id of this.#clashing.due(this.#parts.settings.parallel)) {
      this.#clashing.delete(id);
      this.#stale.add(id);
    }
    const isDone = this.#stale.size === 0 && this.#clashing.nextMs === Infinity;
    if (gateways !== undefined && isDone) this.#done.advance(this.#looked);
    const { parallel } = this.#parts.settings;
    return [...new Set([...this.#stale, ...this.#renewals.due(parallel)])].slice(0, parallel);
  }

  /** False when it failed and is to be tried again. */
  async #bring(id: string, signal: AbortSignal): Promise<boolean> {
    const { book, pins } = this.#parts;
    const { connections, subnet } = stateOf(this.#parts);
    const held = connections.get(id);
    if (held === undefined) {
      this.#renewals.delete(id);
      this.#settle(id);
      return true;
    }
    const owner = ownerKey({ kind: 'connection', id });
    using _ = pins.pin(owner);
    try {
      const assigned = await this.#assigned(held, subnet, signal);
      const clash = await book.change((state) => this.#plan(state, id, assigned), signal);
      this.#stale.delete(id);
      if (clash !== undefined) {
        this.#renewals.delete(id);
        this.#clashing.touch(id);
        if (!this.#pinned.has(id)) this.#pinned.set(id, pins.pin(owner));
        this.#failed(id, clash);
        return true;
      }
      if (assigned !== held.assigned) this.#renewals.touch(id);
      this.#settle(id);
      return true;
    } catch (err) {
      if (!(err instanceof IpamError || err instanceof UnavailableError)) throw err;
      this.#failed(id, err.message);
      return false;
    }
  }

  async #assigned({ id, assigned }: Held, subnet: number, signal: AbortSignal): Promise<Assigned> {
    const leftMs = this.#renewals.leftMs(id) ?? 0;
    if (assigned.subnet === subnet && leftMs > 0) return assigned;
    return this.#addresses.acquire(id, subnet, signal);
  }

  /** It is as it must be, or gone. */
  #settle(id: string): void {
    this.#stale.delete(id);
    this.#clashing.delete(id);
    this.#troubles.delete(id);
    this.#pinned.get(id)?.[Symbol.dispose]();
    this.#pinned.delete(id);
  }

  #failed(id: string, reason: string): void {
    const { logger, clock } = this.#parts;
    const known = this.#troubles.get(id);
    if (known?.reason !== reason) logger.warn({ reason, id }, 'addresses not brought up to date');
    this.#troubles.set(id, { reason, sinceMs: known?.sinceMs ?? clock.monotonic() });
  }

  /** Answers why the addresses cannot be in force yet. Nothing is done when they are already. */
  #plan(state: BookState, id: string, assigned: Assigned): Planned<string | undefined> {
    const { settings, claims } = this.#parts;
    const { conduit } = settings;
    const owner = { kind: 'connection', id } as const;
    const former = state.get(conduit)?.connections.get(id);
    if (former !== undefined && sameAddresses(assigned, former.assigned)) {
      claims.drop(conduit, owner);
      return { changes: [], ...this.#step(state, id, assigned, undefined), answer: undefined };
    }
    return claims.put(state, {
      conduit,
      owner,
      addresses: [...assigned.src, ...assigned.dst],
      plan: (now, gateways) => this.#step(now, id, assigned, gateways),
    });
  }

  /** Undefined when the connection has gone, or the conduit has moved on: then there is another pass. */
  #step(
    state: BookState,
    id: string,
    assigned: Assigned,
    coming: readonly string[] | undefined,
  ): Step | undefined {
    const conduit = state.get(this.#parts.settings.conduit);
    const former = conduit?.connections.get(id);
    if (conduit === undefined || former === undefined || conduit.subnet !== assigned.subnet) return undefined;
    const present = this.#bridge.present;
    if (present !== undefined && present.subnet !== assigned.subnet) return undefined;
    const { extraPrefixes } = former.connection.context.ipContext;
    const connection = readdressed(former, assigned, coming ?? present?.addresses ?? extraPrefixes);
    if (connection === former.connection && sameAddresses(assigned, former.assigned)) return { changes: [] };
    const { counts } = this.#parts;
    return {
      changes: this.#addresses.give({ ...former, connection, assigned }, former, conduit),
      made: () => {
        counts.readdressed += 1;
      },
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
