// Conduit of Meridio's conduit/conduit.go: its lock is held across the calls to the proxy, and across Stop and Run of
// its streams. Addresses are computed in two ways: raw at Connect without gateways, filtered everywhere else.

import { localIps } from '@syncline/trench/local-ips.ts';
import { type Prefix, prefixSetKey, printPrefix } from '@syncline/trench/prefix.ts';
import type { ConduitName } from '@syncline/trench/stream-name.ts';
import type { Connection } from '../../../services/tap/src/ports.ts';
import { follow, type Ground, go } from './ground.ts';
import { Mutex } from './mutex.ts';
import type { Statuses } from './statuses.ts';
import { StreamManager } from './stream-manager.ts';
import type { Routine } from './wait-graph.ts';

export class Conduit {
  readonly name: ConduitName;
  readonly streams: StreamManager;
  readonly #ground: Ground;
  readonly #mu: Mutex;
  #connection: Connection | undefined;
  #localIps: readonly Prefix[] = [];
  #vips: readonly Prefix[] = [];
  #watches = new AbortController();

  constructor(name: ConduitName, statuses: Statuses, ground: Ground) {
    this.name = name;
    this.streams = new StreamManager(name.conduit, statuses, ground);
    this.#ground = ground;
    this.#mu = new Mutex(`Conduit.mu of ${name.conduit}`, ground);
  }

  connect(who: Routine, signal: AbortSignal): Promise<void> {
    return this.#mu.hold(who, async () => {
      const { proxy } = this.#ground.ports;
      const recovered = await this.#recovered(signal);
      const limits = { signal, deadlineMs: this.#ground.waits.callMs };
      const request = { conduit: this.name, basis: recovered, reselect: false, addresses: undefined };
      const connection = await proxy.request(request, limits);
      this.#connection = connection;
      this.#localIps = connection.gateways.length === 0 ? connection.srcIps : this.#filtered(connection);
      this.#watches = new AbortController();
      const watches = AbortSignal.any([this.#watches.signal, this.#ground.signal]);
      go(`the configuration watcher of ${this.name.conduit}`, (watcher) =>
        this.#watchStreams(watcher, watches),
      );
      go(`the monitor of ${this.name.conduit}`, (monitor) => this.#monitor(monitor, watches));
      await this.streams.run(who);
    });
  }

  /** What streams ask for while they hold their own lock. */
  getIps(who: Routine): Promise<readonly string[]> {
    return this.#mu.hold(who, () => this.#localIps.map(printPrefix));
  }

  setVips(who: Routine, vips: readonly Prefix[], signal: AbortSignal): Promise<void> {
    return this.#mu.hold(who, async () => {
      const basis = this.#connection;
      if (basis === undefined || prefixSetKey(vips) === prefixSetKey(this.#vips)) return;
      const addresses = { srcIps: [...this.#localIps, ...vips], policies: [] };
      const request = { conduit: this.name, basis, reselect: false, addresses };
      const limits = { signal, deadlineMs: this.#ground.waits.callMs };
      this.#connection = await this.#ground.ports.proxy.request(request, limits);
      this.#vips = vips;
      this.#localIps = this.#filtered(this.#connection);
    });
  }

  disconnect(who: Routine): Promise<void> {
    return this.#mu.hold(who, async () => {
      this.#watches.abort();
      await this.streams.stop(who);
      const { signal, waits } = this.#ground;
      const limits = { signal, deadlineMs: waits.callMs };
      await this.#ground.ports.proxy.close(this.name, this.#connection, limits).catch(() => undefined);
      this.#connection = undefined;
      this.#vips = [];
    });
  }

  async #recovered(signal: AbortSignal): Promise<Connection | undefined> {
    const left = new AbortController();
    const events = this.#ground.ports.proxy.monitor(this.name, AbortSignal.any([left.signal, signal]));
    for await (const event of events) {
      left.abort();
      return event.kind === 'initial' ? event.connection : undefined;
    }
    return undefined;
  }

  async #watchStreams(watcher: Routine, signal: AbortSignal): Promise<void> {
    const open = (until: AbortSignal) => this.#ground.ports.configuration.watchStreams(this.name, until);
    const take = (configs: readonly { readonly name: string }[]) =>
      this.streams.setStreams(
        watcher,
        configs.map(({ name }) => name),
      );
    await follow(open, take, this.#ground.waits.watchRetryMs, this.#ground, signal);
  }

  async #monitor(monitor: Routine, signal: AbortSignal): Promise<void> {
    const open = (until: AbortSignal) => this.#ground.ports.proxy.monitor(this.name, until);
    await follow(
      open,
      async (event) => {
        if (event.kind === 'delete' || event.connection === undefined) return;
        await this.#take(monitor, event.connection);
      },
      this.#ground.waits.monitorRetryMs,
      this.#ground,
      signal,
    );
  }

  #take(monitor: Routine, connection: Connection): Promise<void> {
    return this.#mu.hold(monitor, async () => {
      const found = this.#filtered(connection);
      if (this.#connection === undefined || prefixSetKey(found) === prefixSetKey(this.#localIps)) return;
      this.#localIps = found;
      await this.streams.stop(monitor);
      await this.streams.run(monitor);
    });
  }

  /** Without gateways nothing is left, whatever the addresses are. */
  #filtered({ srcIps, gateways }: Connection): readonly Prefix[] {
    const found = localIps(srcIps, this.#vips, gateways);
    return found.kind === 'known' ? found.ips : [];
  }
}
