// The proxy: the conduits of one trench on one node, the book that they share, and those who watch their connections.

import type { Clock } from '@syncline/runtime/clock.ts';
import type { Liveness } from '@syncline/runtime/liveness.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import type { StopSignal } from '@syncline/runtime/stop-signal.ts';
import { SupervisedLoop } from '@syncline/runtime/supervised-loop.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import type { ConduitName } from '@syncline/trench/stream-name.ts';
import { Book } from './book/book.ts';
import type { BookStore } from './book/book-store.ts';
import { Disk } from './book/disk.ts';
import type { BookState, Change } from './book/state.ts';
import { Claims } from './conduit/claims.ts';
import { Conduit } from './conduit/conduit.ts';
import type { ConduitSettings } from './conduit/conduit-settings.ts';
import { asAsked } from './connection/compose.ts';
import type { Asked, Connection } from './connection/connection.ts';
import { UnknownError } from './connection/errors.ts';
import { type Counts, zeroCounts } from './counts.ts';
import { Faults } from './fault/faults.ts';
import { asTold } from './fault/permutation.ts';
import { counted } from './ipam/counted-ipam.ts';
import type { Ipam } from './ipam/ipam.ts';
import { Leases } from './ipam/leases.ts';
import { Monitor } from './monitor/monitor.ts';

/** How the proxy behaves; each comes from a setting. */
export interface ProxySettings {
  readonly conduits: readonly ConduitSettings[];
  /** How many watchers there may be. */
  readonly watchers: number;
  /** Of how many connections changes may wait for one watcher. */
  readonly watchBacklog: number;
  /** How many changes may wait for the disk. */
  readonly changeBacklog: number;
  /** How long the store may take, in ms. */
  readonly commitMs: number;
  /** How often a disk that refuses is asked again, in ms. */
  readonly probeMs: number;
}

/** What the proxy works with. */
export interface ProxyParts {
  readonly settings: ProxySettings;
  /** What is on disk, of each of the conduits. */
  readonly boot: BookState;
  readonly store: BookStore;
  readonly ipam: Ipam;
  readonly clock: Clock;
  /** Stands still while the process does. */
  readonly awake: Clock;
  readonly rng: Rng;
  readonly logger: Logger;
  readonly liveness: Liveness;
  readonly stop: StopSignal;
}

/** Constructing starts its loops, disposing ends them and makes the changes that were asked for. */
export class Proxy implements AsyncDisposable {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly faults: Faults;
  readonly monitor: Monitor;
  readonly counts: Counts = zeroCounts();
  readonly #book: Book;
  readonly #conduits: ReadonlyMap<string, Conduit>;
  readonly #diskLoop: SupervisedLoop;

  constructor({ settings, boot, store, ipam, stop, liveness, ...parts }: ProxyParts) {
    this.clock = parts.clock;
    this.faults = new Faults(parts.clock);
    const { probeMs, commitMs } = settings;
    this.disk = new Disk(store, parts.clock, probeMs, commitMs);
    this.#diskLoop = new SupervisedLoop('disk', (watch, signal) => this.disk.run(watch, signal), {
      liveness,
      stop,
    });
    this.#book = new Book(boot, {
      store,
      disk: this.disk,
      liveness,
      stop,
      backlog: settings.changeBacklog,
      commitMs,
      made: (changes) => this.#made(changes),
    });
    const { counts, faults } = this;
    const claims = new Claims({
      ...parts,
      counts,
      connections: this.#book.holders,
      everyMs: Math.max(0, ...settings.conduits.map(({ retry }) => retry.maxMs)),
      renew: () => {
        for (const conduit of this.conduits) conduit.renew();
      },
    });
    this.#conduits = new Map(
      settings.conduits.map((each) => {
        const fault = { noBridge: () => faults.has('no_bridge_address', each.conduit) };
        const input = {
          ...parts,
          counts,
          claims,
          book: this.#book,
          settings: each,
          leases: new Leases(counted(ipam, counts.ipamFailures), each),
          fault,
        };
        return [each.conduit, new Conduit(input, { liveness, stop })];
      }),
    );
    this.monitor = new Monitor({
      connections: () =>
        this.conduits.flatMap(({ state }) => [...state.connections.values()].map((held) => held.connection)),
      conduits: new Map(settings.conduits.map(({ networkService, conduit }) => [networkService, conduit])),
      faults,
      counts,
      watchers: settings.watchers,
      backlog: settings.watchBacklog,
    });
    faults.onChange(() => {
      for (const conduit of this.conduits) conduit.faultChanged();
    });
  }

  /** In the order of the settings. */
  get conduits(): readonly Conduit[] {
    return [...this.#conduits.values()];
  }

  /** The conduit with this name. Throws UnknownError. */
  conduit({ trench, conduit }: ConduitName): Conduit {
    const found = this.#conduits.get(conduit);
    if (found?.settings.trench === trench) return found;
    throw new UnknownError(`no conduit "${conduit}" of trench "${trench}" here; ${this.#served()}`);
  }

  /** Answers a Request, as its caller is to see it. */
  async request(networkService: string, asked: Asked, signal: AbortSignal): Promise<Connection> {
    const conduit = this.#serving(networkService);
    const { conduit: name } = conduit.settings;
    await this.faults.pass(name, signal);
    const connection = asTold(await conduit.request(asked, signal), name, this.faults);
    return asAsked(connection, asked.message);
  }

  /** Ends a connection; does nothing when there is none. */
  async close(networkService: string, id: string, signal: AbortSignal): Promise<void> {
    const conduit = this.#serving(networkService);
    await this.faults.pass(conduit.settings.conduit, signal);
    await conduit.close(id, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.conduits, this.#diskLoop].map((each) => each[Symbol.asyncDispose]()));
    await this.#book[Symbol.asyncDispose]();
  }

  #serving(networkService: string): Conduit {
    const found = this.conduits.find(({ settings }) => settings.networkService === networkService);
    if (found !== undefined) return found;
    throw new UnknownError(`no network service "${networkService}" here; ${this.#served()}`);
  }

  #served(): string {
    return `this proxy serves ${this.conduits.map(({ settings }) => settings.networkService).join(', ')}`;
  }

  #made(changes: readonly Change[]): void {
    for (const change of changes) {
      const { conduit } = change;
      this.#conduits.get(conduit)?.made(change);
      if (change.kind === 'put') {
        this.monitor.publish({ kind: 'update', conduit, connection: change.held.connection });
      } else if (change.kind === 'delete') {
        this.monitor.publish({ kind: 'delete', conduit, connection: change.last.connection });
      }
    }
  }
}
