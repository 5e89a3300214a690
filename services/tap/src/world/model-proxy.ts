// For the explored worlds: a proxy that gives addresses, tells of every change, and misbehaves on command. A tap's
// connection on a conduit is one; what is asked of it takes effect in the order in which it was asked.

import type { Simulation } from '@syncline/testkit/explorer.ts';
import { type Prefix, parsePrefix, samePrefix } from '@syncline/trench/prefix.ts';
import type { ConduitName } from '@syncline/trench/stream-name.ts';
import type { ConduitProxy, Connection, ConnectionEvent, ConnectionRequest, Policy } from '../ports.ts';
import { Health } from './health.ts';
import { Lanes } from './lanes.ts';
import { ModelMonitor } from './model-monitor.ts';

interface Held {
  state: 'up' | 'down';
  vips: readonly Prefix[];
  policies: readonly Policy[];
}

/** One proxy for all conduits of a trench; each conduit is well or unwell for itself. */
export class ModelProxy {
  readonly #sim: Simulation;
  readonly #violate: (what: string) => void;
  readonly #conduits = new Map<string, ModelConduit>();

  constructor(sim: Simulation, violate: (what: string) => void) {
    this.#sim = sim;
    this.#violate = violate;
  }

  conduit(name: string): ModelConduit {
    const known = this.#conduits.get(name);
    if (known !== undefined) return known;
    const conduit = new ModelConduit(this.#sim, this.#violate, this.#conduits.size + 1);
    this.#conduits.set(name, conduit);
    return conduit;
  }

  /** A process is gone, and what it had sent with it. */
  cut(process: string): void {
    for (const conduit of this.#conduits.values()) conduit.lanes.of(process).cut();
  }

  /** The proxy as the process of a tap sees it; `nth` gives the tap its addresses. */
  portFor(tap: string, nth: number, process = tap): ConduitProxy {
    const of = ({ conduit }: ConduitName) => this.conduit(conduit);
    return {
      request: (request, limits) => {
        const { basis, reselect, addresses } = request;
        const kind = reselect ? 'reselect' : addresses !== undefined ? 'update' : 'request';
        const what = `${kind}${basis === undefined ? '' : ' on what is known'}`;
        const lane = of(request.conduit).lanes.of(process);
        const caller = `${process} ${request.conduit.conduit}`;
        return lane.call(caller, what, limits, () => of(request.conduit).request(tap, nth, request));
      },
      close: (conduit, _, limits) =>
        of(conduit)
          .lanes.of(process)
          .call(`${process} ${conduit.conduit}`, 'close', limits, () => of(conduit).close(tap)),
      monitor: (conduit, signal) => of(conduit).monitor(tap, nth, signal),
    };
  }
}

/** The connections of one conduit. */
export class ModelConduit {
  readonly health: Health;
  readonly lanes: Lanes;
  /** The bridge has addresses. */
  hasBridge = true;
  /** Connections have addresses. */
  hasAddresses = true;
  /** Events are lost, doubled, or overtaken. */
  eventFaults = false;
  /** The monitor sends no first event. */
  isMute = false;
  /** Requests that took effect, ever. */
  requests = 0;
  /** Which addresses it gives. */
  subnet: number;
  readonly #sim: Simulation;
  readonly #violate: (what: string) => void;
  readonly #held = new Map<string, Held>();
  readonly #monitors = new Map<ModelMonitor, { readonly tap: string; readonly nth: number }>();

  constructor(sim: Simulation, violate: (what: string) => void, subnet: number) {
    this.#sim = sim;
    this.#violate = violate;
    this.subnet = subnet;
    this.health = new Health(sim);
    this.lanes = new Lanes(sim, this.health, violate);
  }

  /** Taps that have a connection. */
  get taps(): string[] {
    return [...this.#held.keys()];
  }

  /** The addresses that a tap has here, as the registry should have them. */
  addressesOf(nth: number): string[] {
    return [`10.${this.subnet}.0.${nth}/24`, `fd00:${this.subnet}::${nth}/64`];
  }

  /** The VIPs that a tap's connection has; undefined when there is none. */
  vipsOf(tap: string): readonly Prefix[] | undefined {
    return this.#held.get(tap)?.vips;
  }

  stateOf(tap: string): 'up' | 'down' | undefined {
    return this.#held.get(tap)?.state;
  }

  request(tap: string, nth: number, { reselect, addresses }: ConnectionRequest): Connection {
    const before = this.#held.get(tap) ?? { state: 'up', vips: [], policies: [] };
    this.requests += 1;
    const own = this.#own(nth);
    const vips = addresses?.srcIps.filter((ip) => !isPooled(ip)) ?? before.vips;
    const held: Held = {
      state: reselect ? 'up' : before.state,
      vips,
      policies: addresses?.policies ?? before.policies,
    };
    if (vips.some((vip) => own.some((ip) => samePrefix(ip, vip))))
      this.#violate('a VIP among the own addresses');
    this.#held.set(tap, held);
    const connection = this.#connection(held, nth);
    this.#emit(tap, { kind: 'update', connection });
    return connection;
  }

  close(tap: string): void {
    if (this.#held.delete(tap)) this.#emit(tap, { kind: 'delete' });
  }

  /** All addresses become others. */
  changeSubnet(): void {
    this.subnet += 10;
    this.tellAll();
  }

  /** The bridge gets addresses, or loses them. */
  setBridge(hasBridge: boolean): void {
    this.hasBridge = hasBridge;
    this.tellAll();
  }

  setState(state: 'up' | 'down'): void {
    for (const held of this.#held.values()) held.state = state;
    this.tellAll();
  }

  /** Connections are gone without anybody having closed them. */
  deleteAll(): void {
    for (const tap of this.#held.keys()) this.close(tap);
  }

  /** An event for every connection: as it is, or with other source addresses. */
  tellAll(srcIps: (own: readonly Prefix[]) => readonly Prefix[] = (all) => all): void {
    for (const [monitor, { tap, nth }] of this.#monitors) {
      const held = this.#held.get(tap);
      if (held === undefined) continue;
      const connection = this.#connection(held, nth);
      monitor.emit({ kind: 'update', connection: { ...connection, srcIps: srcIps(connection.srcIps) } });
    }
  }

  /** An event for every connection as it was while addresses were of `subnet`: it comes late. */
  tellLate(subnet: number): void {
    const present = this.subnet;
    this.subnet = subnet;
    this.tellAll();
    this.subnet = present;
  }

  /** All monitors and calls break; the connections stay. */
  restart(): void {
    this.lanes.cut();
    this.health.restart();
  }

  async *monitor(tap: string, nth: number, asked: AbortSignal): AsyncGenerator<ConnectionEvent> {
    const signal = AbortSignal.any([asked, this.health.run]);
    const monitor = new ModelMonitor(this.#sim, this.health, () => this.eventFaults);
    await this.health.travel(signal);
    if (this.health.mode === 'failing') throw new Error('UNAVAILABLE');
    this.#monitors.set(monitor, { tap, nth });
    const held = this.#held.get(tap);
    const connection = held === undefined ? undefined : this.#connection(held, nth);
    if (!this.isMute) monitor.emit({ kind: 'initial', connection });
    try {
      yield* monitor.events(signal);
    } finally {
      this.#monitors.delete(monitor);
    }
  }

  #emit(tap: string, event: ConnectionEvent): void {
    for (const [monitor, of] of this.#monitors) if (of.tap === tap) monitor.emit(event);
  }

  #connection({ state, vips, policies }: Held, nth: number): Connection {
    const gateways = this.hasBridge ? this.#gateways() : [];
    return { id: `${nth}`, state, srcIps: [...this.#own(nth), ...vips], gateways, policies };
  }

  #own(nth: number): Prefix[] {
    return this.hasAddresses ? this.addressesOf(nth).map(parsed) : [];
  }

  #gateways(): Prefix[] {
    return [`10.${this.subnet}.0.254/24`, `fd00:${this.subnet}::fe/64`].map(parsed);
  }
}

const known = new Map<string, Prefix>();

/** Prefixes are parsed once: there are few, and many runs. */
export function parsed(text: string): Prefix {
  const prefix = known.get(text) ?? parsePrefix(text);
  known.set(text, prefix);
  return prefix;
}

/** Whether an address is one that a proxy of these worlds gives, now or before. */
function isPooled({ address: { family, value } }: Prefix): boolean {
  return family === 'ipv4' ? value >> 24n === 10n : true;
}
