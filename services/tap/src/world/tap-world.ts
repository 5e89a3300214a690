// For the explored worlds: taps, an NSP and proxies, the faults that befall them, and what must be true of them in the
// end. The numbers I1 to I20 are those of spec 5.7.

import { sleep } from '@syncline/runtime/clock.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import { fullName, type StreamName } from '@syncline/trench/stream-name.ts';
import { ModelNsp } from './model-nsp.ts';
import { ModelProxy } from './model-proxy.ts';
import { ModelTap, timings } from './model-tap.ts';

/** Neighbours that are well from the start, and no tap. */
export class TapWorld {
  readonly nsp: ModelNsp;
  readonly proxy: ModelProxy;
  readonly taps: ModelTap[] = [];
  readonly #sim: Simulation;
  readonly #violations: string[] = [];

  constructor(sim: Simulation) {
    this.#sim = sim;
    const violate = (what: string) => {
      this.#violations.push(what);
    };
    this.nsp = new ModelNsp(sim, violate);
    this.proxy = new ModelProxy(sim, violate);
    sim.invariant('the registry and the calls', () => {
      if (this.#violations.length > 0) throw new Error(this.#violations.join('; '));
    });
    sim.invariant('the rows and the waits', () => {
      for (const tap of this.taps) tap.check();
    });
  }

  addTap(settings = timings): ModelTap {
    const tap = new ModelTap(this.#sim, this.taps.length + 1, this.nsp, this.proxy, settings);
    this.taps.push(tap);
    return tap;
  }

  /** Another process with the name and the addresses of a tap. */
  addTwin(tap: ModelTap): ModelTap {
    const twin = new ModelTap(this.#sim, tap.nth, this.nsp, this.proxy, timings, "'s twin");
    tap.isShared = true;
    twin.isShared = true;
    this.taps.push(twin);
    return twin;
  }

  /**
   * The tap's process dies with all it knew; a new one has its name and addresses, and the application asks again for
   * what it wants.
   */
  restart(tap: ModelTap): void {
    const { desired, nth, twin } = tap;
    tap.kill();
    const next = new ModelTap(this.#sim, nth, this.nsp, this.proxy, timings, twin);
    next.isShared = tap.isShared;
    next.left.push(...tap.left, ...tap.conduits.map(({ name }) => name.conduit));
    this.taps[this.taps.indexOf(tap)] = next;
    for (const name of desired) next.open(name);
  }

  /** Waits `ms` of virtual time. */
  async pass(ms: number): Promise<void> {
    await sleep(this.#sim.clock, ms, this.#sim.signal);
  }

  /** I2: what each tap shows and what the NSP has is what is wanted, no more and no less. */
  expectConverged(): void {
    const problems = this.taps.flatMap((tap) => this.#problemsOf(tap));
    const wanted = this.taps.flatMap(({ name, desired }) =>
      desired
        .filter(({ stream }) => this.nsp.streams.has(stream))
        .map((stream) => `${name} ${fullName(stream)}`),
    );
    const entries = this.nsp.entries;
    const targets = new Set(wanted).size;
    if (problems.length === 0 && entries.length > targets)
      problems.push(`${entries.length} targets for ${targets} streams: ${JSON.stringify(entries)}`);
    if (problems.length > 0) throw new Error(problems.join('\n'));
  }

  /** I6: nothing of the tap is left anywhere, but for what it said it left behind. */
  expectGone(tap: ModelTap): void {
    if (!tap.isOver) throw new Error(`${tap.name} is not over: ${JSON.stringify(tap.conduits)}`);
    const left = this.taps.filter(({ name }) => name === tap.name).flatMap((twin) => twin.left);
    const addresses = this.nsp.entries.filter(({ ips }) => ips.some((ip) => isOf(ip, tap.nth)));
    if (addresses.length > 0 && left.length === 0)
      throw new Error(`${tap.name} left ${JSON.stringify(addresses)}`);
    for (const conduit of ['edge', 'core']) {
      const isThere = this.proxy.conduit(conduit).taps.includes(tap.name);
      if (isThere && !left.includes(conduit))
        throw new Error(`${tap.name} left its connection on ${conduit}`);
    }
  }

  #problemsOf(tap: ModelTap): string[] {
    return tap.desired.flatMap((name) => this.#problemOf(tap, name) ?? []);
  }

  #problemOf(tap: ModelTap, name: StreamName): string | undefined {
    const row = tap.rows.find(({ stream }) => fullName(stream) === fullName(name));
    const isListed = this.nsp.streams.has(name.stream);
    const shown = `${tap.name} shows ${fullName(name)} ${row?.status} (${row?.reason})`;
    if (!isListed) return row?.status === 'undefined' ? undefined : shown;
    if (row?.status !== 'open') return shown;
    const ips = this.proxy.conduit(name.conduit).addressesOf(tap.nth).toSorted().join(';');
    const own = this.nsp.of(name).filter((entry) => entry.ips.join(';') === ips);
    if (own.length !== 1 || own[0]?.status !== 'enabled')
      return `${fullName(name)} of ${tap.name} is ${JSON.stringify(own)}, not ENABLED at ${ips}`;
    const maxTargets = this.nsp.streams.get(name.stream) ?? 0;
    if (own[0].identifier > maxTargets) return `identifier ${own[0].identifier} of ${maxTargets}`;
    const vips = this.proxy.conduit(name.conduit).vipsOf(tap.name) ?? [];
    if (vips.length !== this.nsp.vips.length) return `${tap.name} has ${vips.length} VIPs`;
    return undefined;
  }
}

function isOf(ip: string, nth: number): boolean {
  return ip.endsWith(`.0.${nth}/24`) || ip.endsWith(`::${nth}/64`);
}
