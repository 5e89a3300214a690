// An NSP that says whatever a test wants, also what a real one would refuse, over real gRPC.

import { ConfigurationManagerDefinition } from '@syncline/proto/nsp-configurationmanager.ts';
import type { Conduit, Flow, Stream } from '@syncline/proto/nsp-model.ts';
import { type Target, TargetRegistryDefinition } from '@syncline/proto/nsp-targetregistry.ts';
import { implement } from '@syncline/rpc/binding.ts';
import { type RunningServer, serve } from '@syncline/rpc/serve.ts';
import { Latest } from '@syncline/runtime/latest.ts';
import { createLogger } from '@syncline/telemetry/logger.ts';
import { createMetrics } from '@syncline/telemetry/metrics.ts';

/** A load balancer asks for none of these. */
async function* nothing(): AsyncGenerator<never> {}

export class ScriptedNsp implements AsyncDisposable {
  readonly conduits = new Latest<readonly Conduit[]>([]);
  readonly streams = new Latest<readonly Stream[]>([]);
  readonly flows = new Latest<readonly Flow[]>([]);
  readonly targets = new Latest<readonly Target[]>([]);
  readonly #stop = new AbortController();
  #server: RunningServer | undefined;

  static async start(): Promise<ScriptedNsp> {
    const nsp = new ScriptedNsp();
    await nsp.#serve();
    return nsp;
  }

  get address(): string {
    return `127.0.0.1:${this.#server?.port}`;
  }

  async #serve(): Promise<void> {
    const { conduits, streams, flows, targets } = this;
    const configuration = implement(ConfigurationManagerDefinition, {
      async *watchConduit(_, { signal }) {
        for await (const value of conduits.values(signal)) yield { conduits: [...value] };
      },
      async *watchStream(_, { signal }) {
        for await (const value of streams.values(signal)) yield { streams: [...value] };
      },
      async *watchFlow(_, { signal }) {
        for await (const value of flows.values(signal)) yield { flows: [...value] };
      },
      watchTrench: nothing,
      watchVip: nothing,
      watchAttractor: nothing,
      watchGateway: nothing,
    });
    const registry = implement(TargetRegistryDefinition, {
      async *watch(_, { signal }) {
        for await (const value of targets.values(signal)) yield { targets: [...value] };
      },
      register: () => Promise.resolve({}),
      unregister: () => Promise.resolve({}),
    });
    this.#server = await serve({
      service: 'scripted-nsp',
      listen: { host: '127.0.0.1', port: 0 },
      admin: undefined,
      bindings: [configuration, registry],
      stop: this.#stop.signal,
      logger: createLogger({ service: 'scripted-nsp', instance: 'test', level: 'silent' }),
      limits: { maxReceiveBytes: 64 << 10, defaultDeadlineMs: 5_000 },
      readiness: () => ({ ready: true }),
      liveness: { report: () => ({ live: true, overdue: [] }) },
      reflection: false,
      metrics: createMetrics('scripted-nsp'),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#server?.[Symbol.asyncDispose]();
  }
}
