// Tells watchers of connections: first of all that match, then of each change. A watcher is registered in the same turn in
// which it is told the present, so the two lead to the state without a gap.

import type { MonitorScopeSelector } from '@syncline/proto/connection.ts';
import type { Connection } from '../connection/connection.ts';
import { TooManyError } from '../connection/errors.ts';
import type { Counts } from '../counts.ts';
import { Distortion } from '../fault/distortion.ts';
import type { FaultKind } from '../fault/fault.ts';
import type { Faults } from '../fault/faults.ts';
import { asTold } from '../fault/permutation.ts';
import type { ConnectionChange, MonitorEvent } from './event.ts';
import { about, selects } from './selector.ts';
import { WatchEndedError, Watcher } from './watcher.ts';

/** What the monitor works with. */
export interface MonitorParts {
  /** The present connections of all conduits. */
  readonly connections: () => Iterable<Connection>;
  /** The conduits that are served: their names by their network services. */
  readonly conduits: ReadonlyMap<string, string>;
  readonly faults: Faults;
  readonly counts: Counts;
  /** How many watchers there may be. */
  readonly watchers: number;
  /** Of how many connections changes may wait for one watcher; at it the watcher is ended. */
  readonly backlog: number;
}

export class Monitor {
  readonly #parts: MonitorParts;
  readonly #watchers = new Set<Watcher>();
  /** The conduits whose addresses are told in another order. */
  #permuted: readonly string[] = [];

  constructor(parts: MonitorParts) {
    this.#parts = parts;
    parts.faults.onChange(() => this.#faultsChanged());
  }

  /** Who watches now. */
  get watchers(): ReadonlySet<Watcher> {
    return this.#watchers;
  }

  /** A connection was requested, has changed or is gone; the present already says so. */
  publish(change: ConnectionChange): void {
    for (const watcher of this.#watchers) watcher.offer(change);
  }

  /** Never returns. Throws TooManyError, WatchEndedError or the signal's reason. */
  async *watch(
    selector: MonitorScopeSelector,
    signal: AbortSignal,
  ): AsyncGenerator<MonitorEvent, void, undefined> {
    const { faults, counts, watchers, backlog, connections } = this.#parts;
    if (this.#isStruck(selector, 'end_monitor')) throw faultEnd();
    if (this.#watchers.size >= watchers) throw new TooManyError('watchers', watchers, 'WATCHERS');
    using watcher = new Watcher(selector, backlog, new Distortion(faults), counts.events);
    this.#watchers.add(watcher);
    try {
      if (!this.#isStruck(selector, 'no_initial_event')) {
        const present = [...connections()].filter((connection) => selects(selector, connection));
        const told = present.map((each) => asTold(each, this.#conduitOf(each), faults));
        yield { kind: 'initial', connections: told };
        counts.events.messages += 1;
      }
      for await (const change of watcher.changes(signal)) {
        yield change;
        counts.events.messages += 1;
      }
    } catch (error) {
      if (error instanceof WatchEndedError) counts.watchersEnded += 1;
      throw error;
    } finally {
      this.#watchers.delete(watcher);
    }
  }

  #faultsChanged(): void {
    for (const watcher of this.#watchers) {
      if (this.#isStruck(watcher.selector, 'end_monitor')) watcher.end(faultEnd());
      else watcher.wake();
    }
    this.#tellOrder();
  }

  /** Watchers are told of a conduit's connections anew when the order of their addresses has become another. */
  #tellOrder(): void {
    const { conduits, faults, connections } = this.#parts;
    const before = this.#permuted;
    this.#permuted = [...conduits.values()].filter((conduit) => faults.has('permute_addresses', conduit));
    for (const connection of connections()) {
      const conduit = this.#conduitOf(connection);
      if (before.includes(conduit) === this.#permuted.includes(conduit)) continue;
      this.publish({ kind: 'update', conduit, connection });
    }
  }

  #conduitOf({ networkService }: Connection): string {
    return this.#parts.conduits.get(networkService) ?? '';
  }

  /** Whether every conduit that the selector can be about has the fault. */
  #isStruck(selector: MonitorScopeSelector, kind: FaultKind): boolean {
    const { conduits, faults } = this.#parts;
    const services = about(selector, [...conduits.keys()]);
    return services.length > 0 && services.every((service) => faults.has(kind, conduits.get(service) ?? ''));
  }
}

function faultEnd(): WatchEndedError {
  return new WatchEndedError('fault', 'the fault end_monitor is armed');
}
