// For the explored worlds: an NSP by the rules of spec 3.6. One writer; a target it does not know is kept DISABLED,
// whatever is asked; one that is not refreshed for 60 s is gone.

import type { CallLimits } from '@syncline/runtime/call.ts';
import { Latest } from '@syncline/runtime/latest.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import type { Prefix } from '@syncline/trench/prefix.ts';
import { type ConduitName, type StreamName, streamKey } from '@syncline/trench/stream-name.ts';
import type { Configuration, ListedTarget, StreamConfig, TargetRegistry, TargetWrite } from '../ports.ts';
import { Health } from './health.ts';
import { Lanes } from './lanes.ts';

/** A target in the registry. */
export interface Entry extends ListedTarget {
  readonly stream: StreamName;
  readonly identifier: number;
  readonly writtenMs: number;
}

/** How long a target lives without a refresh. */
export const expiryMs = 60_000;

/** Any number of processes use it, each on a lane of its own. */
export class ModelNsp {
  readonly health: Health;
  readonly lanes: Lanes;
  /** Targets that came to be in the registry, ever. */
  created = 0;
  /** Lists of VIPs that were sent, ever. */
  vipLists = 0;
  /** Calls for streams of this conduit are not answered; undefined while all are. */
  deafTo: string | undefined;
  readonly #sim: Simulation;
  readonly #violate: (what: string) => void;
  readonly #entries = new Map<string, Entry>();
  readonly #streams = new Latest<ReadonlyMap<string, number>>(new Map());
  readonly #vips = new Latest<readonly Prefix[]>([]);
  readonly #writtenMs = new Map<string, number>();
  readonly #mostTargets = new Map<string, number>();

  constructor(sim: Simulation, violate: (what: string) => void) {
    this.#sim = sim;
    this.#violate = violate;
    this.health = new Health(sim);
    this.lanes = new Lanes(sim, this.health, violate);
  }

  /** The targets at this moment. */
  get entries(): Entry[] {
    this.#expire();
    return [...this.#entries.values()];
  }

  get streams(): ReadonlyMap<string, number> {
    return this.#streams.value;
  }

  get vips(): readonly Prefix[] {
    return this.#vips.value;
  }

  /** All conduits have the same streams, by name, with max-targets. */
  configure(streams: ReadonlyMap<string, number>): void {
    for (const [name, maxTargets] of streams)
      this.#mostTargets.set(name, Math.max(maxTargets, this.#mostTargets.get(name) ?? 0));
    this.#streams.set(streams);
  }

  setVips(vips: readonly Prefix[]): void {
    this.#vips.set(vips);
  }

  /** A process is gone, and what it had sent with it. */
  cut(process: string): void {
    this.lanes.of(process).cut();
  }

  /** All connections break. With `database`, targets live on, for a full expiry from now. */
  restart(database: boolean): void {
    this.lanes.cut();
    this.health.restart();
    const entries = this.entries;
    this.#entries.clear();
    const writtenMs = this.#sim.clock.monotonic();
    if (database) for (const entry of entries) this.#entries.set(keyOf(entry), { ...entry, writtenMs });
  }

  registryFor(process: string): TargetRegistry {
    const lane = this.lanes.of(process);
    const call = <T>(of: StreamName, what: string, limits: CallLimits, apply: () => T): Promise<T> =>
      this.deafTo === of.conduit
        ? new Promise(() => undefined)
        : lane.call(`${process} ${of.stream}.${of.conduit}`, what, limits, apply);
    return {
      register: (target, limits) => {
        const what = `register ${target.status} ${target.identifier} at ${target.ips.join(' ')}`;
        return call(target.stream, what, limits, () => this.#register(target));
      },
      unregister: (target, limits) =>
        call(target.stream, `unregister ${target.ips.join(' ')}`, limits, () => {
          this.#expire();
          this.#entries.delete(keyOf(target));
        }),
      list: (stream, limits) => call(stream, 'list', limits, () => this.of(stream)),
    };
  }

  configurationFor(): Configuration {
    return {
      watchStreams: (_: ConduitName, signal) =>
        this.#watch(this.#streams, signal, (streams): StreamConfig[] =>
          Array.from(streams, ([name, maxTargets]) => ({ name, maxTargets })),
        ),
      watchFlows: (_, signal) =>
        this.#watch(this.#vips, signal, (vips) => {
          this.vipLists += 1;
          return vips;
        }),
    };
  }

  /** When a target with these addresses was last written; undefined when it never was. */
  writtenMs(stream: StreamName, ips: readonly string[]): number | undefined {
    return this.#writtenMs.get(keyOf({ stream, ips }));
  }

  /** The targets of a stream at this moment. */
  of(stream: StreamName): Entry[] {
    return this.entries.filter((entry) => streamKey(entry.stream) === streamKey(stream));
  }

  #register({ stream, ips, identifier, status }: TargetWrite): void {
    this.#expire();
    const key = keyOf({ stream, ips });
    const isKnown = this.#entries.has(key);
    const writtenMs = this.#sim.clock.monotonic();
    this.#entries.set(key, { stream, ips, identifier, status: isKnown ? status : 'disabled', writtenMs });
    if (!isKnown) this.created += 1;
    this.#writtenMs.set(key, writtenMs);
    this.#check(stream, ips, identifier);
  }

  /** I3, I4, I5: at every moment of the registry. */
  #check(stream: StreamName, ips: readonly string[], identifier: number): void {
    const enabled = this.of(stream).filter(({ status }) => status === 'enabled');
    const identifiers = enabled.map((entry) => entry.identifier);
    if (new Set(identifiers).size < identifiers.length)
      this.#violate(`two ENABLED targets of ${stream.stream} have one identifier: ${identifiers.join(' ')}`);
    const most = this.#mostTargets.get(stream.stream) ?? 0;
    if (identifier < 1 || identifier > most) this.#violate(`identifier ${identifier} of ${most}`);
    if (enabled.length > most) this.#violate(`${enabled.length} ENABLED targets of ${most}`);
    if (ips.length === 0) this.#violate('a target without addresses');
    // Every VIP of these worlds is of 20.0.0.0/8, and nothing else is.
    if (ips.some((ip) => ip.startsWith('20.'))) this.#violate(`a target with a VIP: ${ips.join(' ')}`);
  }

  async *#watch<T, U>(latest: Latest<T>, asked: AbortSignal, read: (value: T) => U): AsyncGenerator<U> {
    const signal = AbortSignal.any([asked, this.health.run]);
    for await (const value of latest.values(signal)) {
      await this.health.travel(signal);
      if (this.health.mode === 'failing' && this.#sim.choose(2) === 0) throw new Error('UNAVAILABLE');
      yield read(value);
    }
  }

  #expire(): void {
    const nowMs = this.#sim.clock.monotonic();
    for (const [key, { writtenMs }] of this.#entries)
      if (writtenMs + expiryMs <= nowMs) this.#entries.delete(key);
  }
}

function keyOf({ stream, ips }: { readonly stream: StreamName; readonly ips: readonly string[] }): string {
  return `${ips.join(';')} ${streamKey(stream)}`;
}
