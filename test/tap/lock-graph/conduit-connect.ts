// conduitConnect of Meridio's trench/conduit.go: connects a conduit in the background, then watches its VIPs.

import type { ConduitName } from '@syncline/trench/stream-name.ts';
import { Conduit } from './conduit.ts';
import { follow, type Ground, go, retry } from './ground.ts';
import { Mutex } from './mutex.ts';
import type { Statuses } from './statuses.ts';
import type { Routine } from './wait-graph.ts';

export class ConduitConnect {
  readonly conduit: Conduit;
  readonly #ground: Ground;
  readonly #ctxMu: Mutex;
  readonly #cancel = new AbortController();

  constructor(name: ConduitName, statuses: Statuses, ground: Ground) {
    this.conduit = new Conduit(name, statuses, ground);
    this.#ground = ground;
    this.#ctxMu = new Mutex(`conduitConnect.ctxMu of ${name.conduit}`, ground);
    go(`the connector of ${name.conduit}`, (connector) => this.#connect(connector));
  }

  disconnect(who: Routine): Promise<void> {
    return this.#ctxMu.hold(who, async () => {
      this.#cancel.abort();
      await this.conduit.disconnect(who);
    });
  }

  async #connect(connector: Routine): Promise<void> {
    const { ports, waits } = this.#ground;
    const signal = AbortSignal.any([this.#cancel.signal, this.#ground.signal]);
    await retry(() => this.conduit.connect(connector, signal), waits.connectRetryMs, this.#ground, signal);
    const open = (until: AbortSignal) => ports.configuration.watchFlows(this.conduit.name, until);
    const vips = { name: `the VIP watcher of ${this.conduit.name.conduit}` };
    await follow(
      open,
      (flows) =>
        retry(() => this.conduit.setVips(vips, flows, signal), waits.vipRetryMs, this.#ground, signal),
      waits.watchRetryMs,
      this.#ground,
      signal,
    );
  }
}
