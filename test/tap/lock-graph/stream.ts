// Stream of Meridio's pkg/ambassador/tap/stream: Open holds the stream's lock and asks its conduit for the addresses,
// which is the one edge that leads up.

import type { StreamName } from '@syncline/trench/stream-name.ts';
import { fullName } from '@syncline/trench/stream-name.ts';
import type { TargetWrite } from '../../../services/tap/src/ports.ts';
import type { Conduit } from './conduit.ts';
import type { Ground } from './ground.ts';
import { Mutex } from './mutex.ts';
import type { Routine } from './wait-graph.ts';

const maxTargets = 100;

export class Stream {
  readonly name: StreamName;
  readonly #conduit: Conduit;
  readonly #ground: Ground;
  readonly #mu: Mutex;
  #ips: readonly string[] = [];
  #identifier = -1;

  constructor(name: StreamName, conduit: Conduit, ground: Ground) {
    this.name = name;
    this.#conduit = conduit;
    this.#ground = ground;
    this.#mu = new Mutex(`Stream.mu of ${fullName(name)}`, ground);
  }

  open(who: Routine, signal: AbortSignal): Promise<void> {
    return this.#mu.hold(who, async () => {
      this.#ips = await this.#conduit.getIps(who);
      if (this.#ips.length === 0) throw new Error('ips not set');
      const limits = { signal, deadlineMs: this.#ground.waits.callMs };
      const { registry } = this.#ground.ports;
      const inUse = new Set((await registry.list(this.name, limits)).map(({ identifier }) => identifier));
      if (this.#identifier < 0) this.#identifier = lowestFree(inUse);
      await registry.register(this.#target('disabled'), limits);
      await registry.list(this.name, limits);
      await registry.register(this.#target('enabled'), limits);
    });
  }

  close(who: Routine): Promise<void> {
    return this.#mu.hold(who, async () => {
      if (this.#identifier < 0) return;
      const target = this.#target('enabled');
      this.#identifier = -1;
      const { signal, waits } = this.#ground;
      await this.#ground.ports.registry.unregister(target, { signal, deadlineMs: waits.callMs });
    });
  }

  #target(status: TargetWrite['status']): TargetWrite {
    return { stream: this.name, ips: this.#ips, identifier: this.#identifier, status };
  }
}

function lowestFree(inUse: ReadonlySet<number | undefined>): number {
  for (let identifier = 1; identifier <= maxTargets; identifier += 1)
    if (!inUse.has(identifier)) return identifier;
  throw new Error('no identifier available to register the target');
}
